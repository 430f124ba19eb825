/** The part of WebAssembly's interface that is used here; TypeScript declares it for browsers only. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

interface WasmInterface {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: WasmMemory } },
  ) => { readonly exports: unknown };
}

export const { Memory, Module, Instance }: WasmInterface = Reflect.get(globalThis, 'WebAssembly');
