const { cpu } = require("@cresset/backend-cpu");
const { registerBackend } = require("@cresset/core");
const { loadClassifier, prepareData, readTable, roc, saveTraining, Training } = require("@cresset/tabular");

async function main() {
  await registerBackend(cpu());

  // Which of two numbers is larger, on every third row with a missing value.
  const rows = Array.from({ length: 90 }, (_, i) => [(i * 37) % 90, i % 3 === 0 ? "" : (i * 53) % 90]);
  const lines = rows.map(([a, b]) => `${a},${b},${a > b ? 1 : 0}`);
  const file = new Blob([`a,b,label\n${lines.join("\n")}\n`]);
  const table = await readTable(file, { target: "label" });
  const data = prepareData(table, { target: "label", missing: "mean", indicators: true });
  const training = Training.create(data, { hidden: [16], lr: 0.02 });
  while (training.epoch < 60) await training.step();

  const { probabilities } = await training.evaluate("train");
  console.log(table.length, data.width, roc(probabilities, data.train.labels).auc > 0.9);

  const classifier = await loadClassifier(await saveTraining(training));
  const again = await (await classifier.resume(data)).step();
  const { loss } = await training.step();
  console.log(again.epoch, again.loss === loss);

  const graph = await loadClassifier(await saveTraining(training, "onnx"));
  console.log(graph.losses.at(-1) === loss);

  const wrong = await readTable("a,label\n1,2\n", { target: "label" }).catch((error) => error);
  console.log(wrong.name, wrong.message);
}

main();
