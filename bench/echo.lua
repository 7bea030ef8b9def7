-- The load of the echo comparison for wrk: one tools/call of the echo tool on every connection, again and again; a modern
-- one, or one of the session that the argument names. The figures go out as one JSON line.
local arguments = '{"text":"hello from the benchmark"}'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
wrk.headers["Mcp-Method"] = "tools/call"
wrk.headers["Mcp-Name"] = "echo"
wrk.body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":' .. arguments ..
  ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},' ..
  '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"}}}}'

function init(args)
  if not args[1] then return end
  wrk.headers["MCP-Protocol-Version"] = "2025-11-25"
  wrk.headers["Mcp-Method"] = nil
  wrk.headers["Mcp-Name"] = nil
  wrk.headers["Mcp-Session-Id"] = args[1]
  wrk.body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":' .. arguments .. '}}'
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
