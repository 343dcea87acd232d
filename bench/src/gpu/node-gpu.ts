/** Gives this process `navigator.gpu`, as browsers have it. */
export async function provideGpu(): Promise<GPU> {
  const name = "webgpu";
  const { create, globals } = await import(name);
  Object.assign(globalThis, globals);
  const gpu: GPU = create([]);
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
  return gpu;
}
