-- A plain GET with a bearer for wrk: what the simulator alone takes for the request that a tool makes.
-- Arguments: the bearer, and how many answers to stop after.
wrk.method = "GET"
local left = 0

function init(args)
  wrk.headers["Authorization"] = "Bearer " .. args[1]
  left = tonumber(args[2])
end

function response()
  left = left - 1
  if left == 0 then wrk.thread:stop() end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"micros":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
