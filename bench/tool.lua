-- The load of the cached comparison for wrk: one tools/call on every connection, again and again.
-- Arguments: the bearer, the tool, and its arguments as JSON.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
wrk.headers["Mcp-Method"] = "tools/call"

function init(args)
  wrk.headers["Authorization"] = "Bearer " .. args[1]
  wrk.headers["Mcp-Name"] = args[2]
  wrk.body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"' .. args[2] .. '","arguments":' .. args[3] ..
    ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},' ..
    '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"}}}}'
end

-- No response() here: it would make the client what is measured. A status other than 2xx is counted by wrk itself, and
-- the caller looks at whole answers before and after.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"micros":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
