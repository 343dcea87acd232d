import type { DType, HostArray } from "../../dtype/dtype.ts";
import { DeviceError } from "../../errors.ts";
import { Value } from "../../graph/node.ts";
import { numelOf, tensorType } from "../../graph/type.ts";
import { realize } from "../../runtime/commit.ts";
import { currentDevice, type Device, deviceNamed } from "../../runtime/device.ts";
import { Generator, type WaitingDraws } from "../../runtime/generator.ts";
import { tensorOf } from "../../tensor/call.ts";
import { data } from "../../tensor/reading.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * Draws that wait for values of a device that is read asynchronously. As on other devices the host draws, in the order of the
 * calls, but later: the device waits for the numbers, and so for the values. Each draw takes the stream from the one before it.
 */
class Waiting implements WaitingDraws {
  readonly #generator: Generator;
  readonly #device: Device;
  /** The stream, once all draws so far are done. Never rejects. */
  #stream: Promise<Generator>;

  /** @param start where the stream goes on. */
  constructor(generator: Generator, device: Device, start: Uint8Array | Promise<Uint8Array>) {
    this.#generator = generator;
    this.#device = device;
    this.#stream = Promise.resolve(start).then((state) => new Generator().setState(state));
    // A state that needs new words at the next number, and then refuses.
    generator.manualSeed(generator.initialSeed());
    generator.waiting = this;
    this.#giveBack();
  }

  tensor(
    draw: (generator: Generator, length: number) => HostArray,
    shape: readonly number[],
    dtype: DType,
    device: string | undefined,
  ): Tensor {
    const on = device === undefined ? currentDevice() : deviceNamed(device);
    if (on.backend.writeLater === undefined) this.refuse();
    // What it refuses is told at this call.
    draw(new Generator(), 0);
    return this.#tensor(Promise.resolve(), (stream) => draw(stream, numelOf(shape)), shape, dtype, on);
  }

  /** Numbers of which the values of `input` say how many there are: a tensor of its shape. */
  of(input: Tensor, draw: (generator: Generator, values: HostArray) => HostArray): Tensor {
    // What is wrong with them is told at this call.
    realize(input.current());
    return this.#tensor(data(input), draw, input.shape, input.dtype, input.value.device);
  }

  settled(): Promise<unknown> {
    return this.#stream;
  }

  mark(): () => void {
    const state = this.#stream.then((stream) => stream.getState());
    return () => void new Waiting(this.#generator, this.#device, state);
  }

  refuse(): never {
    throw new DeviceError(
      `how many random numbers were drawn is known when values of the device "${this.#device.name}" have arrived, ` +
        "which rrelu in training has to know: first await settled() of the generator, as in: await torch.defaultGenerator.settled()",
    );
  }

  #tensor<V>(
    needed: Promise<V>,
    draw: (generator: Generator, values: V) => HostArray,
    shape: readonly number[],
    dtype: DType,
    device: Device,
  ): Tensor {
    device.requireDtype(dtype);
    const type = tensorType(dtype, shape);
    const before = this.#stream;
    const drawn = Promise.all([before, needed]).then(([stream, values]) => draw(stream, values));
    // Where values cannot be had, nothing was drawn.
    this.#stream = drawn.then(
      () => before,
      () => before,
    );
    this.#giveBack();
    const buffer = device.allocate(dtype, type.numel, type.bytes);
    device.backend.writeLater?.(buffer, drawn);
    const value = new Value(type, device, null, 0);
    device.place(value, buffer);
    const { slot } = value;
    // So the numbers survive the device's loss.
    drawn.then(
      (numbers) => {
        if (slot !== null) slot.host = numbers;
      },
      () => undefined,
    );
    return tensorOf(value);
  }

  /** The last one gives the stream back, unless the generator has gone on from somewhere else. */
  #giveBack(): void {
    const last = this.#stream;
    void last.then((stream) => {
      if (last === this.#stream && this.#generator.waiting === this) this.#generator.setState(stream.getState());
    });
  }
}

/** @internal A function by which a stream goes on from where it is now, or will be once no draws wait. */
export function markOf(generator: Generator): () => void {
  if (generator.waiting !== null) return generator.waiting.mark();
  const state = generator.getState();
  return () => void generator.setState(state);
}

/** Numbers whose count the values of `input` tell, where its device is not read at once. */
export function drawWaiting(
  generator: Generator,
  input: Tensor,
  draw: (generator: Generator, values: HostArray) => HostArray,
): Tensor {
  const { waiting } = generator;
  const draws = waiting instanceof Waiting ? waiting : new Waiting(generator, input.value.device, generator.getState());
  return draws.of(input, draw);
}
