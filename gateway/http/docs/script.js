/* Shows /openapi.json. No library, no other host: what is fetched is the document, and what the reader tries. */
'use strict';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
let spec;

/* An element: attributes (functions are listeners), then children (texts are texts, never markup). */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (typeof value === 'function')
      element.addEventListener(key, value);
    else if (value !== undefined && value !== false)
      element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/* ---- schemas ---- */

const nameOf = (ref) => ref.split('/').pop();
const resolved = (schema) => (schema.$ref ? spec.components.schemas[nameOf(schema.$ref)] : schema);

/* With the members of what it extends. */
function whole(schema) {
  const own = resolved(schema);
  if (!own.allOf)
    return own;
  const parts = own.allOf.map(whole);
  return {
    ...own,
    type: 'object',
    properties: Object.assign({}, ...parts.map((part) => part.properties), own.properties),
    required: parts.flatMap((part) => part.required || []).concat(own.required || []),
  };
}

function typeText(schema) {
  if (schema.$ref)
    return nameOf(schema.$ref);
  if (schema.anyOf)
    return schema.anyOf.map(typeText).join(' or ');
  if ('const' in schema)
    return JSON.stringify(schema.const);
  const types = [].concat(schema.type || 'any').map((type) =>
    type === 'array' ? `array of ${typeText(schema.items || {})}` : type);
  return types.join(' or ') + (schema.format ? ` (${schema.format})` : '');
}

function limits(schema) {
  const said = [];
  if (schema.enum)
    said.push(schema.enum.map((value) => JSON.stringify(value)).join(' | '));
  if (schema.minimum !== undefined)
    said.push(`≥ ${schema.minimum}`);
  if (schema.maximum !== undefined)
    said.push(`≤ ${schema.maximum}`);
  if (schema.maxLength !== undefined)
    said.push(`at most ${schema.maxLength} long`);
  if (schema.pattern)
    said.push(schema.pattern);
  if (schema.default !== undefined)
    said.push(`default ${JSON.stringify(schema.default)}`);
  return said.length ? ' · ' + said.join(' · ') : '';
}

/* The object that can be unfolded inside a schema, if there is one: itself, an item, or the one that is not null. */
function inner(schema) {
  const own = whole(schema);
  if (own.anyOf)
    return own.anyOf.map(inner).find((found) => found) || null;
  if (own.items)
    return inner(own.items);
  return own.properties ? own : null;
}

function members(schema, depth) {
  const object = whole(schema);
  const required = new Set(object.required || []);
  return el('dl', {class: 'rows'}, Object.entries(object.properties || {}).map(([name, member]) => [
    el('dt', {}, name),
    el('dd', {}, el('span', {class: 'type'}, typeText(member) + limits(resolved(member)),
                    required.has(name) ? '' : ' · may be absent'),
       ' ', el('span', {class: 'note'}, member.description || ''), unfold(member, depth + 1)),
  ]));
}

/* Deeper objects are made when they are asked for: a schema may contain itself. */
function unfold(schema, depth) {
  const object = inner(schema);
  if (!object)
    return null;
  const details = el('details', {class: 'schema'}, el('summary', {}, 'members'));
  const fill = () => details.childElementCount > 1 || details.append(members(object, depth));
  details.addEventListener('toggle', fill);
  return details;
}

function body(schema) {
  const object = inner(schema);
  return el('div', {}, el('span', {class: 'type'}, typeText(schema)),
            ' ', el('span', {class: 'note'}, resolved(schema).description || ''),
            object && resolved(schema).type !== 'array' && object === whole(schema) ? members(object, 0) : unfold(schema, 0));
}

/* ---- one operation ---- */

function callers(operation) {
  if (!operation.security.length)
    return 'Public.';
  const ways = {apiKey: 'an API key', developer: "a developer's token", sdk: "an SDK token of this user"};
  return 'Needs ' + operation.security.map((way) => {
    const [[name, scopes]] = Object.entries(way);
    return ways[name] + (scopes.length ? ` with scope ${scopes.join(', ')}` : '');
  }).join(', or ') + '.';
}

function parameterRows(parameters) {
  return el('dl', {class: 'rows'}, parameters.map((parameter) => [
    el('dt', {}, parameter.name, parameter.required ? el('span', {class: 'must', title: 'required'}, ' *') : ''),
    el('dd', {}, el('span', {class: 'type'}, `${parameter.in} · ${typeText(parameter.schema)}${limits(parameter.schema)}`),
       ' ', el('span', {class: 'note'}, parameter.description || '')),
  ]));
}

function answers(operation) {
  return el('dl', {class: 'rows'}, Object.entries(operation.responses).map(([status, answer]) => {
    const content = Object.entries(answer.content || {});
    const [, media] = content.find(([, one]) => one.schema) || [];
    return [
      el('dt', {}, status),
      el('dd', {}, answer.description + ' ',
         content.map(([type]) => (type === 'application/json' ? '' : el('span', {class: 'type'}, type + ' '))),
         media ? el('span', {class: 'type'}, typeText(media.schema)) : '',
         media && status < 400 ? unfold(media.schema, 0) : null),
    ];
  }));
}

/* A body to begin with: the schema's example, else its members with values of their types. */
function sample(schema, depth = 0) {
  const own = whole(schema);
  if (own.examples)
    return own.examples[0];
  if (own.enum)
    return own.enum[0];
  if (own.anyOf)
    return sample(own.anyOf[0], depth);
  const type = [].concat(own.type || 'object')[0];
  if (type === 'array')
    return depth > 3 ? [] : [sample(own.items || {}, depth + 1)];
  if (type === 'object')
    return Object.fromEntries(Object.entries(own.properties || {}).map(([name, one]) => [name, sample(one, depth + 1)]));
  return {integer: own.minimum || 1, number: 1, boolean: true, string: own.format === 'date' ? '1990-05-17' : 'text'}[type] ?? null;
}

function bodyOf(operation) {
  const content = operation.requestBody && Object.entries(operation.requestBody.content);
  if (!content)
    return null;
  const [type, media] = content[0];
  return {type, schema: media.schema, types: content.map(([name]) => name)};
}

/* ---- curl, and trying ---- */

const shell = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

function authorization(operation, credential) {
  if (!operation.security.length)
    return null;
  const jwt = credential && credential.split('.').length === 3;
  const bearer = jwt || !operation.security.some((way) => way.apiKey);
  return bearer ? ['Authorization', `Bearer ${credential || 'YOUR_TOKEN'}`]
                : ['X-Open-Wearables-API-Key', credential || 'YOUR_API_KEY'];
}

/* What a required parameter of the query may look like. */
const exampleOf = (parameter) => String(parameter.example ?? (resolved(parameter.schema).examples || [])[0] ?? '');

/* The URL with the form's values; what is left empty in the path keeps its name, and in an example what the query
 * needs has one. */
function urlOf(path, parameters, values, asExample) {
  const query = new URLSearchParams();
  for (const parameter of parameters) {
    const value = values[parameter.name] || (asExample && parameter.required && parameter.in === 'query' ? exampleOf(parameter) || parameter.name.toUpperCase() : '');
    if (parameter.in === 'path')
      path = path.replace(`{${parameter.name}}`, value ? encodeURIComponent(value) : `{${parameter.name}}`);
    else if (value)
      query.append(parameter.name, value);
  }
  const text = query.toString();
  return path + (text ? '?' + text : '');
}

function curl(method, url, header, request, text) {
  const parts = [`curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${shell(location.origin + url)}`];
  if (header)
    parts.push(`-H ${shell(`${header[0]}: ${header[1]}`)}`);
  if (request && text)
    parts.push(`-H ${shell(`Content-Type: ${request.type}`)}`, `-d ${shell(text)}`);
  return parts.join(' \\\n  ');
}

function field(parameter) {
  const id = `${Math.random()}`;
  const choices = parameter.schema.enum;
  const control = choices
    ? el('select', {id, name: parameter.name}, parameter.required ? [] : el('option', {value: ''}, ''),
         choices.map((choice) => el('option', {value: choice}, choice)))
    : el('input', {id, name: parameter.name, placeholder: parameter.schema.default ?? exampleOf(parameter),
                   autocomplete: 'off'});
  return [el('label', {for: id}, parameter.name, parameter.required ? el('span', {class: 'must'}, ' *') : ''), control];
}

async function send(method, url, header, request, text, status, result) {
  status.textContent = 'Asking …';
  status.className = '';
  try {
    const headers = {...(header ? {[header[0]]: header[1]} : {}), ...(request && text ? {'Content-Type': request.type} : {})};
    const began = performance.now();
    const answer = await fetch(url, {method: method.toUpperCase(), headers, body: request && text ? text : undefined,
                                     redirect: 'manual'});
    const bytes = await answer.text();
    status.textContent = answer.type === 'opaqueredirect' ? 'a redirect'
      : `${answer.status} in ${Math.round(performance.now() - began)} ms`;
    status.className = answer.status >= 400 ? 'failed' : '';
    result.hidden = !bytes;
    try {
      result.textContent = JSON.stringify(JSON.parse(bytes), null, 2);
    } catch {
      result.textContent = bytes;
    }
  } catch (error) {
    status.textContent = `It did not work: ${error.message}`;
    status.className = 'failed';
  }
}

function trial(path, method, operation) {
  const request = bodyOf(operation);
  const command = el('pre', {});
  const status = el('span', {role: 'status'});
  const result = el('pre', {hidden: true});
  const text = request && el('textarea', {name: '', spellcheck: 'false', 'aria-label': 'Body'});
  if (text && request.type === 'application/json')
    text.value = JSON.stringify(request.schema ? sample(request.schema) : {}, null, 2);
  else if (text && request.type.endsWith('urlencoded'))
    text.value = new URLSearchParams(sample(request.schema)).toString();
  const form = el('form', {}, operation.parameters.map(field), text,
                  el('div', {class: 'send'}, el('button', {}, 'Send'), status));
  const now = (asExample) => {
    const values = Object.fromEntries(new FormData(form));
    return [method, urlOf(path, operation.parameters, values, asExample), authorization(operation, asExample ? '' : document.getElementById('key').value),
            request, text && text.value];
  };
  const show = () => { command.textContent = curl(...now(true)); };
  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    show();
    send(...now(), status, result);
  });
  show();
  return [el('h3', {}, 'Example'), command, el('h3', {}, 'Try it'), form, result];
}

function operationOf(path, method, operation) {
  const details = el('details', {class: 'operation', id: operation.operationId,
                                 'data-words': `${method} ${path} ${operation.summary}`.toLowerCase()},
    el('summary', {}, el('span', {class: `method ${method}`}, method), el('span', {class: 'path'}, path),
       el('span', {class: 'text'}, operation.summary || '')));
  const fill = () => {
    if (!details.open || details.childElementCount > 1)
      return;
    const request = bodyOf(operation);
    details.append(el('div', {class: 'inside'},
      el('p', {class: 'note'}, callers(operation)),
      operation.parameters.length ? [el('h3', {}, 'Parameters'), parameterRows(operation.parameters)] : null,
      request ? [el('h3', {}, `Body: ${request.types.join(' or ')}`), request.schema ? body(request.schema) : ''] : null,
      el('h3', {}, 'Answers'), answers(operation), trial(path, method, operation)));
  };
  details.addEventListener('toggle', fill);
  return details;
}

/* ---- the page ---- */

function groups() {
  const byTag = new Map();
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = item[method].tags[0];
      byTag.set(tag, [...(byTag.get(tag) || []), [path, method, item[method]]]);
    }
  }
  return byTag;
}

function filter(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const details of document.querySelectorAll('details.operation')) {
    const hidden = !wanted.every((word) => details.dataset.words.includes(word));
    details.hidden = hidden;
    document.querySelector(`nav a[href="#${details.id}"]`).hidden = hidden;
  }
  for (const part of document.querySelectorAll('main section'))
    part.hidden = !part.querySelector('details.operation:not([hidden])');
  for (const heading of document.querySelectorAll('nav h2'))
    heading.hidden = document.getElementById(`tag-${heading.textContent}`).hidden;
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.matches('details.operation')) {
    target.open = true;
    target.scrollIntoView();
  }
}

function show() {
  const main = document.getElementById('main');
  const index = document.getElementById('index');
  document.title = `${spec.info.title} API`;
  document.getElementById('title').replaceChildren(`${spec.info.title} API `, el('small', {}, spec.info.version));
  main.replaceChildren(el('p', {class: 'about'}, spec.info.description, '\n\n', el('a', {href: '/openapi.json'}, 'openapi.json')));
  for (const [tag, operations] of groups()) {
    main.append(el('section', {id: `tag-${tag}`}, el('h2', {}, tag), operations.map((one) => operationOf(...one))));
    index.append(el('h2', {}, tag), ...operations.map(([path, method, operation]) =>
      el('a', {href: `#${operation.operationId}`}, el('span', {class: `method ${method}`}, method),
         el('span', {}, path.replace('/api/v1', '')))));
  }
  document.getElementById('filter').addEventListener('input', (event) => filter(event.target.value));
  window.addEventListener('hashchange', openTarget);
  openTarget();
}

fetch('/openapi.json')
  .then((answer) => answer.json())
  .then((document_) => { spec = document_; show(); })
  .catch((error) => { document.getElementById('state').textContent = `openapi.json could not be read: ${error.message}`; });
