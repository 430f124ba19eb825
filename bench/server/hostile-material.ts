import { gzipSync } from 'node:zlib';

/** Possible values for the fields of a hostile request. */
export const NASTY = [
  ...[
    "'; drop table team; --",
    "' or '1'='1",
    '" union select * from split --',
    '%00',
    '\u0000',
    '\ud800',
    '🀄️',
  ],
  ...[
    '../../../../etc/passwd',
    '..%2f..%2fgold.key',
    '....//gold.key',
    '/dev/zero',
    'C:\\windows',
    'file:///etc/passwd',
  ],
  ...[
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '{{7*7}}',
    '$' + '{7*7}',
    "javascript:alert('x')",
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'NaN',
    '-1',
    '1e999',
    '0x10',
    'null',
    '\r\nset-cookie: a=b',
    '\u202e',
  ],
  ...['a'.repeat(5000), '中'.repeat(3000), '%'.repeat(500)],
];
/** Expands to 64 MiB. */
const ZIP_BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));
/** Bodies of hostile requests. */
export const BODIES: readonly (string | Uint8Array)[] = [
  ...['', 'null', '[]', '{}', '"', '{"id":', '\u0000', `${'['.repeat(60_000)}`, `${'{"a":'.repeat(12_000)}1`],
  ...[
    `{"id":"${'9'.repeat(60_000)}"}`,
    `[${'1,'.repeat(30_000)}1]`,
    '1e99999',
    `{"id":1${'0'.repeat(50_000)}}`,
  ],
  ...['{"__proto__":{"role":"admin"}}', '{"id":"x","id":"y"}', '\ufeff{"id":"0"}\r\n{"id":"0"}\r\n'],
  ...NASTY.map((text) =>
    JSON.stringify({ id: text, state: text, role: text, subject: text, note: text, reason: text }),
  ),
  ...NASTY.map(
    (text) =>
      `${JSON.stringify({ id: text, triples: [{ subject: text, predicate: text, object: text }] })}\n`,
  ),
  ...[
    Uint8Array.of(0xff, 0xfe, 0),
    Uint8Array.of(0x1f, 0x8b, 8, 0),
    Uint8Array.of(0x50, 0x4b, 3, 4),
    ZIP_BOMB,
  ],
];
export const TYPES = [
  'application/json',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
  'text/html',
  'x',
  '',
];

/** Payloads for raw sockets. */
export const RAW = [
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/9.9\r\nhost: x\r\n\r\n',
  'POST /api/v1/tokens HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 50\r\n\r\nabc',
  'POST /api/v1/teams HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFF\r\n',
  'POST /api/v1/teams HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\nGET /x',
  'GET /../../gold.key HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET http://elsewhere.example/ HTTP/1.1\r\nhost: [::1\r\n\r\n',
  `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(5000)}\r\n`,
  '\u0000\u0001\u0002',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
];
