import type { Tensor } from "@cresset/core";
import { classAt, functionAt } from "../api/library.ts";
import type { LibraryModule } from "../kinds/build-module.ts";
import { apply, backward, detached, layer, load, lossOf, optimizer, type TrainingProgram } from "./program.ts";

/** The library's Module, to be extended as its users do. */
function moduleClass(): new () => object {
  return classAt("nn.Module") as new () => object;
}

function lstmClassifierModel(config: Readonly<Record<string, number>>): LibraryModule {
  class LSTMClassifier extends moduleClass() {
    emb = layer("Embedding", config.vocab, config.d, { paddingIdx: 0 });
    lstm = layer("LSTM", config.d, config.h, { numLayers: 2, bidirectional: true, batchFirst: true });
    fc = layer("Linear", 2 * config.h, config.classes);

    forward(ids: Tensor): unknown {
      const [, [hidden]] = this.lstm(this.emb(ids)) as [Tensor, [Tensor, Tensor]];
      return this.fc(apply("torch.cat", [[hidden.select(0, -2), hidden.select(0, -1)]], { dim: 1 }));
    }
  }
  return new LSTMClassifier() as unknown as LibraryModule;
}

/** A bidirectional LSTM of two layers on padded sequences. */
export const lstmClassifier: TrainingProgram = async ({ data, state, config, log }) => {
  const { ids, y } = data;
  const model = lstmClassifierModel(config);
  load(model, state);
  const rmsprop = optimizer("RMSprop", model, { lr: config.lr });
  for (let it = 0; it < config.steps; it++) {
    rmsprop.zeroGrad();
    const loss = lossOf("cross_entropy", model(ids), y, { label_smoothing: 0.1 });
    backward(loss);
    await log(it, loss, model);
    await rmsprop.step();
  }
  return { model, outputs: { logits: detached(model(ids)) } };
};

function encoderModel(config: Readonly<Record<string, number>>, length: number): LibraryModule {
  const Parameter = classAt("nn.Parameter");
  class EncoderLM extends moduleClass() {
    tok = layer("Embedding", config.vocab, config.d);
    pos = new Parameter(functionAt("zeros")([length, config.d])) as Tensor;
    enc = layer(
      "TransformerEncoder",
      layer("TransformerEncoderLayer", config.d, config.heads, config.ff, {
        dropout: 0,
        activation: "gelu",
        batchFirst: true,
        normFirst: true,
      }),
      config.layers,
      layer("LayerNorm", config.d),
    );
    head = layer("Linear", config.d, config.vocab, { bias: false });

    forward(ids: Tensor): unknown {
      const steps = ids.shape[1];
      const blocked = functionAt("full")([steps, steps], Number.NEGATIVE_INFINITY, { dtype: this.pos.dtype });
      const mask = apply("torch.triu", [blocked], { diagonal: 1 });
      const embedded = apply("torch.add", [this.tok(ids), this.pos.narrow(0, 0, steps)]);
      return this.head(this.enc(embedded, { mask }));
    }
  }
  return new EncoderLM() as unknown as LibraryModule;
}

function flat(tensor: Tensor, shape: readonly number[]): Tensor {
  return apply("torch.reshape", [tensor, shape]);
}

/** A causal transformer encoder as a language model. */
export const encoderLm: TrainingProgram = async ({ data, state, config, log }) => {
  const { ids } = data;
  const length = ids.shape[1] - 1;
  const model = encoderModel(config, length);
  load(model, state);
  const adamw = optimizer("AdamW", model, { lr: config.lr, weightDecay: 0.1 });
  const input = ids.narrow(1, 0, length);
  const target = flat(ids.narrow(1, 1, length), [-1]);
  for (let it = 0; it < config.steps; it++) {
    adamw.zeroGrad();
    const logits = model(input) as Tensor;
    const loss = lossOf("cross_entropy", flat(logits, [-1, config.vocab]), target);
    backward(loss);
    await log(it, loss, model);
    await adamw.step();
  }
  return { model, outputs: { logits: detached(model(input)) } };
};
