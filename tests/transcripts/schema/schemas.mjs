// What the schema of each protocol revision says of a message: whether it is one, and whether it bears a member that the
// revision does not know. The files are the specification's, and not ours to ship: they are looked for beside the
// checkout, or where the environment says. The Tasks extension has its schemas on npm.
import fs from 'node:fs';
import path from 'node:path';

export const revisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
const folder = process.env.SMS_MCP_SCHEMAS || path.resolve(import.meta.dirname, '../../../../shared/data/mcp-schema');
const file = (revision) => path.join(folder, revision, 'schema.json');

// Why the check cannot be made here, or undefined.
export function missing() {
  for (const revision of revisions) {
    if (!fs.existsSync(file(revision))) {
      return `there is no ${revision}/schema.json; SMS_MCP_SCHEMAS names the folder with the specification's schemas`;
    }
  }
  return fs.existsSync(path.join(import.meta.dirname, 'node_modules/ajv'))
    ? undefined : 'its npm packages are not installed; run script/npm-install tests/transcripts/schema';
}

// Whatever stands in these is a tool's or a client's own.
const foreign = new Set(['inputSchema', 'outputSchema', 'requestedSchema', 'structuredContent', 'arguments', 'data', '_meta', 'extensions']);

// The same schema, with no members beside those that it names: its "additionalProperties" leave room for later revisions.
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const made = {};
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'properties') {
      made.properties = Object.fromEntries(Object.entries(value).map(([each, of]) => [each, foreign.has(each) ? {} : closed(of)]));
    } else if (name !== 'additionalProperties' || typeof value !== 'object' || Object.keys(value).length > 0) {
      made[name] = closed(value);
    }
  }
  // An alternative or a part of a sum may name what its neighbour does not.
  if (made.properties && !schema.allOf) made.unevaluatedProperties = false;
  return made;
}

export async function load() {
  const { default: Ajv } = await import('ajv');
  const { default: Ajv2020 } = await import('ajv/dist/2020.js');
  const { default: addFormats } = await import('ajv-formats');
  const tasks = await import('@modelcontextprotocol/ext-tasks/core/v2');
  return new Map(revisions.map((revision) => {
    const schema = JSON.parse(fs.readFileSync(file(revision), 'utf8'));
    const keyword = schema.$defs ? '$defs' : 'definitions';
    const made = (root, type) => {
      const ajv = new type({ allErrors: true, strict: false });
      addFormats(ajv);
      return ajv.addSchema(root, 'mcp');
    };
    return [revision, new Revision(revision, schema[keyword], keyword, {
      open: made(schema, schema.$schema.includes('2020-12') ? Ajv2020 : Ajv),
      // 2020-12 for all: draft-07 has no "unevaluatedProperties", and no definition means another thing in the two.
      closed: made({ [keyword]: closed(schema[keyword]) }, Ajv2020),
    }, tasks)];
  }));
}

class Revision {
  constructor(name, definitions, keyword, ajv, tasks) {
    Object.assign(this, { name, definitions, keyword, ajv, tasks });
  }

  // The definition of the request or the notification with this method: "ListToolsRequest".
  definitionOf(method) {
    return Object.keys(this.definitions).find((name) => this.definitions[name].properties?.method?.const === method);
  }

  // What is wrong with `value` as this definition, in words.
  flaws(definition, value, kind = 'open') {
    if (!this.definitions[definition]) return [`the revision has no ${definition}`];
    const validate = this.ajv[kind].getSchema(`mcp#/${this.keyword}/${definition}`);
    if (validate(value)) return [];
    return validate.errors.map((error) => `${kind === 'open' ? 'no' : 'more than a'} ${definition}: ${error.instancePath || '/'} `
      + `${error.message} ${JSON.stringify(error.params)}`);
  }

  // The same, and what it has beyond the definition.
  allFlaws(definition, value) {
    const flaws = this.flaws(definition, value);
    return flaws.length > 0 ? flaws : this.flaws(definition, value, 'closed');
  }

  // Of one message of the server; `asked` takes the id of an answer to the method that it answers.
  flawsOf(message, asked) {
    const flaws = this.flaws('JSONRPCMessage', message);
    if (flaws.length > 0) return flaws;
    if (Array.isArray(message)) return message.flatMap((each) => this.flawsOf(each, asked));
    if (message.error !== undefined) return this.flawsOfError(message);
    if (message.method === undefined) return this.flawsOfResult(message.result, asked(message.id));
    const definition = this.definitionOf(message.method);
    if (!definition) return [`the revision has no ${message.method}`];
    // Those of older revisions leave the envelope to JSONRPCMessage.
    const { jsonrpc, id, ...own } = message;
    return this.allFlaws(definition, this.definitions[definition].properties.jsonrpc ? message : own);
  }

  // Every error is one of JSON-RPC; some codes have a definition of their own.
  flawsOfError(message) {
    const base = this.definitions.JSONRPCErrorResponse ? 'JSONRPCErrorResponse' : 'JSONRPCError';
    const own = Object.keys(this.definitions).find((name) => name.endsWith('Error')
      && JSON.stringify(this.definitions[name]).includes(`"const":${message.error.code},`));
    const isBare = own && this.definitions[own].properties.code;
    return this.allFlaws(base, message).concat(own ? this.flaws(own, isBare ? message.error : message) : []);
  }

  flawsOfResult(result, asked) {
    if (asked?.startsWith('tasks/') || result.resultType === 'task') return this.flawsOfTask(result, asked);
    if (result.resultType === 'input_required') return this.allFlaws('InputRequiredResult', result);
    const request = this.definitionOf(asked);
    if (!request) return [`answers ${asked}, which the revision does not have`];
    const definition = request.replace(/Request$/, 'Result');
    return this.allFlaws(this.definitions[definition] ? definition : 'EmptyResult', result);
  }

  // The result of a task is that of the call that became the task: a CallToolResult of the core.
  flawsOfTask(result, asked) {
    const schema = {
      'tools/call': this.tasks.CreateTaskResultV2Schema, 'tasks/get': this.tasks.GetTaskResultV2Schema,
      'tasks/update': this.tasks.UpdateTaskResultV2Schema, 'tasks/cancel': this.tasks.CancelTaskResultV2Schema,
    }[asked];
    const parsed = schema.safeParse(result);
    const flaws = parsed.success ? [] : [`${asked}: ${parsed.error.message}`];
    return result.result === undefined ? flaws : flaws.concat(this.allFlaws('CallToolResult', result.result));
  }
}
