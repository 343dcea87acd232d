// Writes verse, character by character: an LSTM learns from eleven sonnets (William Shakespeare, 1609; public domain).
// node examples/characters.ts [--iterations 400] [--length 48] [--characters 240]
import { readFileSync } from "node:fs";
import * as torch from "cresset";
import { numbersFromArguments } from "./lib/arguments.ts";

const { nn, optim } = torch;
const F = nn.functional;
const { iterations, length, characters } = numbersFromArguments({ iterations: 400, length: 48, characters: 240 });

const text = readFileSync(new URL("data/sonnets.txt", import.meta.url), "utf8");
const alphabet = [...new Set(text)].sort();
const codes = torch.tensor(
  [...text].map((character) => alphabet.indexOf(character)),
  { dtype: "int64" },
);
console.log(`${text.length} characters, ${alphabet.length} different ones`);

type State = [torch.Tensor, torch.Tensor];

class Writer extends nn.Module<[torch.Tensor, State?], [torch.Tensor, State]> {
  embedding = new nn.Embedding(alphabet.length, 32);
  lstm = new nn.LSTM(32, 128, { batchFirst: true });
  head = new nn.Linear(128, alphabet.length);

  forward(x: torch.Tensor, state?: State): [torch.Tensor, State] {
    const [h, next] = this.lstm(this.embedding(x), state);
    return [this.head(h), next];
  }
}

torch.manualSeed(0);
const model = new Writer();
const optimizer = new optim.Adam(model.parameters(), { lr: 5e-3 });
const batch = 32;

for (let i = 0; i < iterations; i++) {
  // Passages from random places, each followed by the one that begins a character later.
  const starts = torch.randint(text.length - length, [batch, 1]);
  const places = starts.add(torch.arange(length));
  const [logits] = model(codes.take(places));
  const loss = F.crossEntropy(logits.reshape([-1, alphabet.length]), codes.take(places.add(1)).flatten());
  optimizer.zeroGrad();
  loss.backward();
  nn.utils.clipGradNorm_(model.parameters(), 1);
  optimizer.step();
  if (i % 50 === 0 || i === iterations - 1) console.log(`iteration ${i}: loss ${(await loss.item()).toFixed(4)}`);
}

// One character after the other, each drawn from what the model expects next.
model.eval();
let written = "Shall I ";
let x = torch.tensor([[...written].map((character) => alphabet.indexOf(character))], { dtype: "int64" });
let state: State | undefined;
for (let i = 0; i < characters; i++) {
  const [logits, next] = torch.noGrad(() => model(x, state));
  const probabilities = logits.select(1, -1).div(0.7).softmax(1);
  x = torch.multinomial(probabilities, 1);
  state = next;
  written += alphabet[await x.item()];
}
console.log(`\n${written}`);
