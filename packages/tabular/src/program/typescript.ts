import { missingWords } from "../table/index.ts";
import { layersOf } from "../training/model.ts";
import { list, type ProgramOptions, paragraphs, partsOf } from "./parts.ts";

const quoted = (text: string): string => JSON.stringify(text);

/**
 * A program in TypeScript that trains the same network on the same table, with `cresset` and `papaparse` alone. It prints each
 * epoch's loss, and runs as it is: `node classifier.ts`.
 */
export function typescriptProgram(options: ProgramOptions): string {
  const { file, preparation, training, epochs } = options;
  const parts = partsOf(options);
  const { names, inputs, test, train, gaps, booleans, sentinels, indicators, unnamed } = parts;
  const { batchSize, loss, optimizer, lr, seed, dropout } = training;
  const split = test > 0;
  const scaled = preparation.scale === "standard";
  const changed = gaps || scaled || indicators.length > 0;
  const reads = gaps || booleans;
  const value =
    sentinels.length > 0
      ? "valueOf(row[header.indexOf(name)], name)"
      : reads
        ? "valueOf(row[header.indexOf(name)])"
        : "Number(row[header.indexOf(name)])";
  const learned = split ? "x.indexSelect(0, train)" : "x";
  const layers = layersOf(inputs, training).map(({ name, args }) => `  new nn.${name}(${args.join(", ")}),`);

  return paragraphs(
    ['import { readFileSync } from "node:fs";', 'import * as torch from "cresset";', 'import Papa from "papaparse";'],
    ["const { nn, optim } = torch;"],
    reads && [
      "// A cell as a number; NaN where there is no value.",
      gaps && `const noValue = ${list("[", missingWords.map(quoted), "]")};`,
      sentinels.length > 0 &&
        `const sentinels: Record<string, number[]> = ${list(
          "{",
          sentinels.map(({ name, sentinels: codes }) => `${quoted(name)}: [${codes.join(", ")}]`),
          "}",
        )};`,
      `function valueOf(cell: string${sentinels.length > 0 ? ", name: string" : ""}): number {`,
      "  const text = cell.trim().toLowerCase();",
      booleans && '  if (text === "true" || text === "false") return text === "true" ? 1 : 0;',
      gaps && "  if (noValue.includes(text)) return NaN;",
      sentinels.length > 0 && "  if (sentinels[name]?.includes(Number(text))) return NaN;",
      "  return Number(text);",
      "}",
    ],
    [
      `const text = readFileSync(${quoted(file)}, "utf8");`,
      "const [first, ...rows] = Papa.parse<string[]>(text, { skipEmptyLines: true }).data;",
      unnamed
        ? `const header = first.map((name, i) => name.trim() || "column " + (i + 1));`
        : "const header = first.map((name) => name.trim());",
      `const names = ${list("[", names.map(quoted), "]")};`,
      `${changed ? "let" : "const"} x = torch.tensor(rows.map((row) => names.map((name) => ${value})), { dtype: "float64" });`,
      `const target = header.indexOf(${quoted(preparation.target)});`,
      `const y = torch.tensor(rows.map((row) => [${booleans ? "valueOf" : "Number"}(row[target]${booleans && sentinels.length > 0 ? ', ""' : ""})]));`,
    ],
    [
      `torch.manualSeed(${seed});`,
      split && `const [test, train] = torch.randperm(rows.length).split([${test}, ${train}]);`,
    ],
    gaps && [
      "// What is missing becomes what the training rows have there.",
      "const missing = x.isnan();",
      `x = torch.where(missing, ${learned}.${preparation.missing === "mean" ? "nanmean(0)" : "nanmedian(0)[0]"}, x);`,
    ],
    scaled && [
      "// Columns are scaled by mean and standard deviation of the training rows.",
      `const learned = ${learned};`,
      "const constant = learned.eq(learned.narrow(0, 0, 1)).all(0);",
      "const std = learned.std(0);",
      "x = x.sub(learned.mean(0)).div(torch.where(constant, torch.onesLike(std), std));",
    ],
    indicators.length > 0 && [
      "// Some columns get a second one that is 1 where the value is missing.",
      `const marked = torch.tensor([${indicators.map((i) => `${i}n`).join(", ")}]);`,
      'x = torch.cat([x, missing.indexSelect(1, marked).to("float64")], 1);',
    ],
    split
      ? [
          "const xTrain = x.indexSelect(0, train).float();",
          "const yTrain = y.indexSelect(0, train);",
          "const xTest = x.indexSelect(0, test).float();",
          "const yTest = y.indexSelect(0, test);",
        ]
      : ["const xTrain = x.float();", "const yTrain = y;"],
    [
      "const model = new nn.Sequential(",
      ...layers,
      ");",
      `const lossFunc = new nn.${loss}();`,
      `const optimizer = new optim.${optimizer}(model.parameters(), { lr: ${lr} });`,
    ],
    batchSize === null
      ? [
          `for (let epoch = 0; epoch < ${epochs}; epoch++) {`,
          "  const loss = lossFunc(model(xTrain), yTrain);",
          "  console.log(epoch, await loss.item());",
          "  optimizer.zeroGrad();",
          "  loss.backward();",
          "  optimizer.step();",
          "}",
        ]
      : [
          `for (let epoch = 0; epoch < ${epochs}; epoch++) {`,
          "  let total = 0;",
          `  for (const batch of torch.randperm(${train}).split(${batchSize})) {`,
          "    const loss = lossFunc(model(xTrain.indexSelect(0, batch)), yTrain.indexSelect(0, batch));",
          "    optimizer.zeroGrad();",
          "    loss.backward();",
          "    optimizer.step();",
          "    total += (await loss.item()) * batch.shape[0];",
          "  }",
          `  console.log(epoch, total / ${train});`,
          "}",
        ],
    [
      dropout > 0 && "model.eval();",
      `const [xShown, yShown] = ${split ? "[xTest, yTest]" : "[xTrain, yTrain]"};`,
      `const right = torch.noGrad(() => model(xShown).gt(${loss === "BCELoss" ? 0.5 : 0}).eq(yShown.gt(0.5)));`,
      'console.log("accuracy", await right.float().mean().item());',
    ],
  );
}
