// Compares the hand-written signatures of Android (`mobile-bindings/android/stubs`) with the platform's own, as the
// npm package `@nativescript/types-android` has them out of a real `android.jar`: each class, method, field and
// constant that our sources use must be there, of the same types, and not newer than the oldest phone that is
// served, unless it stands in NEWER with the version that the sources ask for before they use it.
//
// Usage: node stubs.mjs. Exit 1 with one line for every difference.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const android = join(here, '../../mobile-bindings/android');
const platform = join(here, 'node_modules/@nativescript/types-android/lib/android/android-platform-37.d.ts');

/** What is used only behind `Build.VERSION.SDK_INT`, and since when it is there. */
const NEWER = {
  'android.app.Service.startForeground/3': 29,
  'android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION': 29,
  'android.location.Location.isMock/0': 31,
  'android.location.LocationManager.requestLocationUpdates/4': 31,
  'android.location.LocationRequest': 31,
  'android.location.LocationRequest.Builder': 31,
  'android.security.keystore.KeyGenParameterSpec.Builder.setIsStrongBoxBacked/1': 28,
};

/** Where a type is written, with what it is on the other side. Numbers are one kind there. */
const KINDS = { String: 'string', CharSequence: 'string', boolean: 'boolean', void: 'void', Object: 'any' };
for (const number of ['byte', 'short', 'int', 'long', 'float', 'double', 'char']) KINDS[number] = 'number';

function javaKind(type) {
  const plain = type.replace(/<.*>/, '').trim();
  if (/(\[\]|\.\.\.)$/.test(plain)) return `${javaKind(plain.replace(/(\[\]|\.\.\.)$/, ''))}[]`;
  const last = plain.split('.').at(-1);
  return KINDS[last] ?? (/^[A-Z]$/.test(last) ? 'any' : last);
}

function platformKind(declared) {
  const type = declared.replace(/ \| null$/, '');
  const array = type.match(/^androidNative\.Array<(.*)>$/);
  if (array) return `${platformKind(array[1])}[]`;
  const plain = type.replace(/<.*>/, '').trim();
  if (/^-?\d/.test(plain)) return 'number';
  if (/^"/.test(plain)) return 'string';
  return plain.split('.').at(-1);
}

/** Divides at commas that stand in no brackets. */
function parts(list) {
  const found = [''];
  let depth = 0;
  for (const c of list) {
    if ('<({'.includes(c)) depth += 1;
    if ('>)}'.includes(c)) depth -= 1;
    if (c === ',' && depth === 0) found.push('');
    else found[found.length - 1] += c;
  }
  return found.map((part) => part.trim()).filter((part) => part !== '');
}

/** Every class of the platform by its full name. */
function platformClasses(text) {
  const classes = new Map();
  const stack = [];
  let since = 1;
  let skipping = false;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line.startsWith('/*') || line.startsWith('*')) {
      since = Number(line.match(/@since (\d+)/)?.[1] ?? since);
      continue;
    }
    // A constructor that takes an implementation says again what follows.
    if (skipping) {
      skipping = line !== '});';
      continue;
    }
    if (line.endsWith('(implementation: {')) {
      skipping = true;
      continue;
    }
    const opened = line.match(/^(?:declare|export) module ([\w.]+) \{$/);
    const declared = line.match(/^export (?:abstract )?class (\w+)(?:<.*?>)?(.*)\{$/);
    if (opened) stack.push(opened[1]);
    else if (declared) {
      stack.push(declared[1]);
      const above = [...declared[2].matchAll(/[a-z][\w]*(?:\.\w+)+/g)].map((it) => it[0]);
      classes.set(stack.join('.'), { since, above, members: [] });
    } else if (line === '}') stack.pop();
    else if (line !== '') {
      const member = platformMember(line);
      if (member) classes.get(stack.join('.'))?.members.push({ ...member, since });
    }
    since = 1;
  }
  return classes;
}

function platformMember(line) {
  const method = line.match(/^(?:public|protected) (static )?(\w+)(?:<.*?>)?\((.*)\)(?:: (.*))?;$/);
  if (method) {
    const types = parts(method[3]).map((part) => part.slice(part.indexOf(':') + 1).trim());
    const kinds = types.map(platformKind);
    return { name: method[2], isStatic: Boolean(method[1]), kinds, result: platformKind(method[4] ?? 'void') };
  }
  const field = line.match(/^(?:public|protected) (static )?(\w+): (.*);$/);
  return field && { name: field[2], isStatic: Boolean(field[1]), value: field[3], result: platformKind(field[3]) };
}

/** Every type of a stub, with its members. The stubs are written plainly: a member to a line. */
function stubTypes(text) {
  const pack = text.match(/^package ([\w.]+);/m)[1];
  const stack = [];
  const types = new Map();
  let body = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const declared = line.match(/\b(?:class|interface) (\w+)/);
    if (body === 0 && declared && /[{]/.test(line)) {
      stack.push(declared[1]);
      types.set([pack, ...stack].join('.'), []);
      if (line.endsWith('}')) stack.pop();
    } else if (body === 0 && line === '}') stack.pop();
    else if (stack.length > 0 && body === 0) {
      const member = stubMember(line, stack.at(-1));
      if (member) types.get([pack, ...stack].join('.')).push(member);
    }
    if (!declared && stack.length > 0 && line !== '}') body += depth(line);
    else if (body > 0) body += depth(line);
  }
  return types;
}

const depth = (line) => line.split('{').length - line.split('}').length;

function stubMember(line, owner) {
  const text = line.replace(/\b(public|protected|private|abstract|final|default|native)\b */g, '');
  const isStatic = /^static /.test(text);
  const plain = text.replace(/^static /, '').replace(/^<.*?> /, '').replace(/\) throws [\w., ]+/, ')');
  const field = plain.match(/^([\w.<>?[\], ]+?) (\w+) = (.*);$/);
  if (field) return { name: field[2], isStatic, result: javaKind(field[1]), value: field[3] };
  const method = plain.match(/^(?:([\w.<>?[\], ]+?) )?(\w+)\((.*?)\)\s*[{;]/);
  if (!method) return null;
  const kinds = parts(method[3]).map((part) => javaKind(part.slice(0, part.lastIndexOf(' '))));
  const isNew = method[2] === owner && method[1] === undefined;
  return { name: isNew ? 'constructor' : method[2], isStatic, kinds, result: javaKind(method[1] ?? 'void') };
}

/** A class's own members and those of what it stands on. */
function* inherited(classes, name, seen = new Set()) {
  const found = classes.get(name);
  if (!found || seen.has(name)) return;
  seen.add(name);
  yield* found.members;
  for (const above of found.above) yield* inherited(classes, above, seen);
}

/** The platform's texts say `any` for what they do not tell. */
const fits = (wanted, found) =>
  wanted === found || found === 'any' || (wanted === 'any' && !['number', 'string', 'boolean', 'void'].includes(found));

function same(stub, member) {
  if (stub.name !== member.name || stub.isStatic !== member.isStatic) return false;
  if ((stub.kinds === undefined) !== (member.kinds === undefined)) return false;
  if (stub.name !== 'constructor' && !fits(stub.result, member.result)) return false;
  const kinds = stub.kinds ?? [];
  return kinds.length === (member.kinds ?? []).length && kinds.every((kind, n) => fits(kind, member.kinds[n]));
}

/** A constant that the compiler takes over into our classes: it must have the platform's value. */
const isInlined = (stub) => /^-?\d+$|^"[^"]*"$/.test(stub.value ?? '');

const sameValue = (stub, member) => !isInlined(stub) || stub.value === member.value;

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : path.endsWith('.java') ? [path] : [];
  });
}

const oldest = Number(readFileSync(join(android, 'phone/build.gradle.kts'), 'utf8').match(/minSdk = (\d+)/)[1]);
const classes = platformClasses(readFileSync(platform, 'utf8'));
const differences = [];
const unused = new Set(Object.keys(NEWER));
const count = { types: 0, members: 0 };

function notNewer(name, since) {
  unused.delete(name);
  const allowed = NEWER[name] ?? oldest;
  if (since > Math.max(allowed, oldest)) differences.push(`${name}: only since ${since}`);
}

function compare(name, members) {
  const found = classes.get(name);
  if (!found) return differences.push(`${name}: the platform has no such class`);
  count.types += 1;
  notNewer(name, found.since);
  for (const stub of members) {
    const key = `${name}.${stub.name}${stub.kinds ? `/${stub.kinds.length}` : ''}`;
    const matching = [...inherited(classes, name)].filter((member) => same(stub, member));
    count.members += 1;
    // Every class has one that is called by nobody else.
    if (stub.name === 'constructor' && found.members.every((member) => member.name !== 'constructor')) continue;
    if (matching.length === 0) {
      differences.push(`${key}: not as the platform has it (${stub.kinds ?? ''}) ${stub.result}`);
      continue;
    }
    // What is inlined is nowhere looked up on a phone.
    if (!isInlined(stub)) notNewer(key, Math.min(...matching.map((member) => Math.max(member.since, 1))));
    const valued = matching.every((member) => stub.kinds || sameValue(stub, member));
    if (!valued) differences.push(`${key}: ${stub.value} is ${matching[0].value}`);
  }
}

for (const path of files(join(android, 'stubs/android'))) {
  for (const [name, members] of stubTypes(readFileSync(path, 'utf8'))) compare(name, members);
}
for (const name of unused) differences.push(`${name}: nobody uses it any more`);
for (const line of differences) console.error(line);
console.log(
  `android stubs: ${count.types} types with ${count.members} members compared with the platform's, ` +
    `${differences.length} differences`,
);
process.exitCode = differences.length === 0 && count.members > 0 ? 0 : 1;
