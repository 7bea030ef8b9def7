-- Each track of a file once, and then no more: through the tool get_track_details, or from the simulator itself. Each
-- is another request, because equal ones that are in flight at once would be one.
-- Arguments: the bearer, "tool" or "get", and the file with an id in each line.
local left = 0
local requests = {}
local place = 0

local function tool_call(id)
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/json, text/event-stream"
  wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
  wrk.headers["Mcp-Method"] = "tools/call"
  wrk.headers["Mcp-Name"] = "get_track_details"
  return wrk.format("POST", nil, nil, '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_track_details",' ..
    '"arguments":{"track_id":"' .. id .. '"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' ..
    '"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"}}}}')
end

function init(args)
  wrk.headers["Authorization"] = "Bearer " .. args[1]
  for id in io.lines(args[3]) do
    left = left + 1
    requests[left] = args[2] == "tool" and tool_call(id) or wrk.format("GET", "/v1/tracks/" .. id)
  end
end

-- wrk asks for some more while the last answers are under way: they are the first tracks once more.
function request()
  place = place % #requests + 1
  return requests[place]
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
