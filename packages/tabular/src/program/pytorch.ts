import { missingWords } from "../table/index.ts";
import { layersOf } from "../training/model.ts";
import { list, type ProgramOptions, paragraphs, partsOf } from "./parts.ts";

const quoted = (text: string): string => JSON.stringify(text);

/** The same program for PyTorch, in Python: `python3 classifier.py`. Its losses are those of `typescriptProgram`. */
export function pytorchProgram(options: ProgramOptions): string {
  const { file, delimiter = ",", preparation, training, epochs } = options;
  const parts = partsOf(options);
  const { names, inputs, test, train, gaps, booleans, sentinels, indicators, unnamed } = parts;
  const { batchSize, loss, optimizer, lr, seed, dropout } = training;
  const split = test > 0;
  const reads = gaps || booleans;
  const value =
    sentinels.length > 0
      ? "value_of(row[header.index(name)], name)"
      : reads
        ? "value_of(row[header.index(name)])"
        : "float(row[header.index(name)])";
  const learned = split ? "x[train]" : "x";
  const layers = layersOf(inputs, training).map(({ name, args }) => `    nn.${name}(${args.join(", ")}),`);

  return paragraphs(
    ["import csv", "", "import torch", "from torch import nn, optim"],
    reads && [
      "",
      "# A cell as a number; nan where there is no value.",
      gaps && `no_value = ${list("[", missingWords.map(quoted), "]")}`,
      sentinels.length > 0 &&
        `sentinels = ${list(
          "{",
          sentinels.map(({ name, sentinels: codes }) => `${quoted(name)}: [${codes.join(", ")}]`),
          "}",
        )}`,
      "",
      "",
      `def value_of(cell${sentinels.length > 0 ? ", name" : ""}):`,
      "    text = cell.strip().lower()",
      booleans && '    if text in ("true", "false"):\n        return 1.0 if text == "true" else 0.0',
      gaps && '    if text in no_value:\n        return float("nan")',
      sentinels.length > 0 && '    if float(text) in sentinels.get(name, []):\n        return float("nan")',
      "    return float(text)",
      "",
    ],
    [
      `with open(${quoted(file)}, newline="", encoding="utf-8-sig") as table:`,
      `    header, *rows = [row for row in csv.reader(table${delimiter === "," ? "" : `, delimiter=${quoted(delimiter)}`}) if row]`,
      unnamed
        ? 'header = [name.strip() or f"column {i + 1}" for i, name in enumerate(header)]'
        : "header = [name.strip() for name in header]",
      `names = ${list("[", names.map(quoted), "]")}`,
      `x = torch.tensor([[${value} for name in names] for row in rows], dtype=torch.float64)`,
      `target = header.index(${quoted(preparation.target)})`,
      `y = torch.tensor([[${booleans ? "value_of" : "float"}(row[target]${booleans && sentinels.length > 0 ? ', ""' : ""})] for row in rows])`,
    ],
    [`torch.manual_seed(${seed})`, split && `test, train = torch.randperm(len(rows)).split([${test}, ${train}])`],
    gaps && [
      "# What is missing becomes what the training rows have there.",
      "missing = x.isnan()",
      `x = torch.where(missing, ${learned}.${preparation.missing === "mean" ? "nanmean(0)" : "nanmedian(0).values"}, x)`,
    ],
    preparation.scale === "standard" && [
      "# Columns are scaled by mean and standard deviation of the training rows.",
      `learned = ${learned}`,
      "constant = (learned == learned[:1]).all(0)",
      "std = learned.std(0)",
      "x = (x - learned.mean(0)) / torch.where(constant, torch.ones_like(std), std)",
    ],
    indicators.length > 0 && [
      "# Some columns get a second one that is 1 where the value is missing.",
      `x = torch.cat([x, missing[:, [${indicators.join(", ")}]].double()], 1)`,
    ],
    split
      ? ["x_train, y_train = x[train].float(), y[train]", "x_test, y_test = x[test].float(), y[test]"]
      : ["x_train, y_train = x.float(), y"],
    [
      "model = nn.Sequential(",
      ...layers,
      ")",
      `loss_func = nn.${loss}()`,
      `optimizer = optim.${optimizer}(model.parameters(), lr=${lr})`,
    ],
    batchSize === null
      ? [
          `for epoch in range(${epochs}):`,
          "    loss = loss_func(model(x_train), y_train)",
          "    print(epoch, loss.item())",
          "    optimizer.zero_grad()",
          "    loss.backward()",
          "    optimizer.step()",
        ]
      : [
          `for epoch in range(${epochs}):`,
          "    total = 0.0",
          `    for batch in torch.randperm(${train}).split(${batchSize}):`,
          "        loss = loss_func(model(x_train[batch]), y_train[batch])",
          "        optimizer.zero_grad()",
          "        loss.backward()",
          "        optimizer.step()",
          "        total += loss.item() * len(batch)",
          `    print(epoch, total / ${train})`,
        ],
    [
      dropout > 0 && "model.eval()",
      `x_shown, y_shown = ${split ? "x_test, y_test" : "x_train, y_train"}`,
      "with torch.no_grad():",
      `    right = (model(x_shown) > ${loss === "BCELoss" ? 0.5 : 0}) == (y_shown > 0.5)`,
      'print("accuracy", right.float().mean().item())',
    ],
  );
}
