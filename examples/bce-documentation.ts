// The answer's program: the example of PyTorch's documentation, which shows that BCELoss takes probabilities and 0/1 labels
// as they are. A label is a distribution too, with all its mass on the true class; nothing is scaled.
import * as torch from "cresset";

const { nn } = torch;

const m = new nn.Sigmoid();
const loss = new nn.BCELoss();

async function show(input: torch.Tensor, target: torch.Tensor): Promise<void> {
  const output = loss(m(input), target);
  output.backward();

  console.log(`input: \t\t${await input.repr()}`);
  console.log(`m(input): \t${await m(input).repr()}`);
  console.log(`target: \t${await target.repr()}`);
  console.log(`output: \t${await output.item()}`);
  console.log(`gradient: \t${await input.grad?.repr()}\n`);
}

// The documentation's lines; every seed gives the numbers that PyTorch gives for it.
torch.manualSeed(0);
const input = torch.randn(3, { requiresGrad: true });
const target = torch.empty(3).random_(2);
await show(input, target);

// The draw that the answer printed, with its four digits.
await show(torch.tensor([1.3313, 1.2612, 0.3466], { requiresGrad: true }), torch.tensor([0, 1, 1]));
