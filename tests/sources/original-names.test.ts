import { eachMapping, TraceMap } from '@jridgewell/trace-mapping'
import { expect, test } from 'vitest'
import { originalNames } from '../../src/sources/original-names.js'

// The output of esbuild 0.21.5 for two small TypeScript files with --bundle --minify --sourcemap.
const text = `var l=Object.create;var a=Object.defineProperty;var u=Object.getOwnPropertyDescriptor;var d=Object.getOwnPropertyNames;var g=Object.getPrototypeOf,m=Object.prototype.hasOwnProperty;var h=(t,e,r,n)=>{if(e&&typeof e=="object"||typeof e=="function")for(let o of d(e))!m.call(t,o)&&o!==r&&a(t,o,{get:()=>e[o],enumerable:!(n=u(e,o))||n.enumerable});return t};var b=(t,e,r)=>(r=t!=null?l(g(t)):{},h(e||!t||!t.__esModule?a(r,"default",{value:t,enumerable:!0}):r,t));var p=b(require("node:http"));var i=class{constructor(e){this.reference=e;this.lines=Array.from({length:10},(r,n)=>({sku:\`\${e}-\${n}\`,price:n}))}lines;get total(){return this.lines.reduce((e,r)=>e+r.price,0)}},s=class{opened=new Map;open(e){let r=new i(\`Q\${e}\`);return this.opened.set(e,r),r}};var f=new s,c=p.default.createServer((t,e)=>{let r=f.open(String(t.url));e.end(String(r.total))});c.listen(0,"127.0.0.1",()=>{let t=c.address(),e=0;setInterval(()=>p.default.get({host:"127.0.0.1",port:t.port,path:\`/quote/\${e++}\`},r=>r.resume()),30)});`
const map = new TraceMap({
  version: 3,
  sources: ['../src/server.ts', '../src/quotes.ts'],
  names: [
    'import_node_http',
    'Quote',
    'reference',
    '_',
    'i',
    'sum',
    'line',
    'QuoteBook',
    'path',
    'quote',
    'book',
    'QuoteBook',
    'server',
    'http',
    'req',
    'res',
    'quote',
    'address',
    'n',
  ],
  mappings:
    '2cAAA,IAAAA,EAAiB,wBCEV,IAAMC,EAAN,KAAY,CAEjB,YAAqBC,EAAmB,CAAnB,eAAAA,EACnB,KAAK,MAAQ,MAAM,KAAK,CAAE,OAAQ,EAAG,EAAG,CAACC,EAAGC,KAAO,CAAE,IAAK,GAAGF,CAAS,IAAIE,CAAC,GAAI,MAAOA,CAAE,EAAE,CAC5F,CAHS,MAIT,IAAI,OAAgB,CAAE,OAAO,KAAK,MAAM,OAAO,CAACC,EAAKC,IAASD,EAAMC,EAAK,MAAO,CAAC,CAAE,CACrF,EAEaC,EAAN,KAAgB,CACJ,OAAS,IAAI,IAC9B,KAAKC,EAAqB,CACxB,IAAMC,EAAQ,IAAIR,EAAM,IAAIO,CAAI,EAAE,EAClC,YAAK,OAAO,IAAIA,EAAMC,CAAK,EACpBA,CACT,CACF,EDdA,IAAMC,EAAO,IAAIC,EACXC,EAAS,EAAAC,QAAK,aAAa,CAACC,EAAKC,IAAQ,CAC7C,IAAMC,EAAQN,EAAK,KAAK,OAAOI,EAAI,GAAG,CAAC,EACvCC,EAAI,IAAI,OAAOC,EAAM,KAAK,CAAC,CAC7B,CAAC,EACDJ,EAAO,OAAO,EAAG,YAAa,IAAM,CAClC,IAAMK,EAAUL,EAAO,QAAQ,EAC3BM,EAAI,EACR,YAAY,IAAM,EAAAL,QAAK,IAAI,CAAE,KAAM,YAAa,KAAMI,EAAQ,KAAM,KAAM,UAAUC,GAAG,EAAG,EAAI,GAAM,EAAE,OAAO,CAAC,EAAG,EAAE,CACrH,CAAC',
})
const names = originalNames(text, visit => eachMapping(map, visit))
const after = (what: string): number => text.indexOf(what) + what.length

test('a class has the name that was declared before its constructor', () => {
  expect(names.own('i', 0, after('i=class{constructor'))).toBe('Quote')
  expect(names.own('s', 0, after('s=class'))).toBe('QuoteBook')
})

test('a variable is one in scope of the code, the innermost of that name', () => {
  expect(names.variable('f', 0, after('c=p.default.createServer('))).toBe('book')
  expect(names.variable('r', 0, after('let r=f.open('))).toBe('quote')
  expect(names.variable('e', 0, after('let t=c.address(),'))).toBe('n')
})

test('a variable is located in the source where it was declared, whatever else the bundle has in its scope', () => {
  const of = (name: string) => names.declared(name, 0, after('c=p.default.createServer('))
  expect(of('f')).toEqual({ source: '../src/server.ts', line: 4, column: 7 })
  expect(of('i')?.source).toBe('../src/quotes.ts')
  expect(names.declared('zz', 0, 0)).toBeUndefined()
})

test('also in a bundle that keeps the names', () => {
  const bundle = `// src/store.js
var seen = new Map();
function keep(seen2) {
  var shadow = 1;
  seen.set(seen2, shadow);
}

// src/main.js
setInterval(() => {
  keep({});
}, 10);
`
  // Line 2 maps to store.js:1, line 3 to store.js:2, line 4 to store.js:3, line 9 to main.js:2.
  const plain = new TraceMap({
    version: 3,
    sources: ['src/store.js', 'src/main.js'],
    names: [],
    mappings: ';AAAA;AACA;AACA;;;;;ACDA',
  })
  const kept = originalNames(bundle, visit => eachMapping(plain, visit))
  expect(kept.declared('seen', 8, 12)).toEqual({ source: 'src/store.js', line: 1, column: 1 })
  expect(kept.declared('keep', 8, 12)?.line).toBe(2)
  expect(kept.declared('shadow', 8, 12)).toBeUndefined()
  // A heap may have any name for a variable.
  for (const name of ['(', 'seen|keep', '.*', '', '(?:s+)+']) expect(kept.declared(name, 8, 12)).toBeUndefined()
  expect(kept.declared('shadow', 4, 4)?.line).toBe(3)
  expect(kept.variable('seen', 8, 12)).toBeUndefined()
  // A renamed variable has a segment with its name.
  const renamed = new TraceMap({
    version: 3,
    sources: ['src/store.js', 'src/main.js'],
    names: ['seen'],
    mappings: ';AAAA;AACA,cAAcA;AACA;;;;;ACDA',
  })
  const both = originalNames(bundle, visit => eachMapping(renamed, visit))
  expect(both.variable('seen2', 3, 2)).toBe('seen')
  expect(both.declared('seen', 8, 12)?.line).toBe(1)
})

test('a location without a segment has no other name', () => {
  expect(names.own('nobody', 0, 100)).toBeUndefined()
  expect(names.variable('f', 0, 0)).toBe('book')
  expect(names.variable('zz', 0, 0)).toBeUndefined()
})
