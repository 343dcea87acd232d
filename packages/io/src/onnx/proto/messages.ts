/**
 * The messages of onnx.proto (ONNX 1.17) that models of tensors are made of, by field numbers. What is not listed is skipped when
 * it is read.
 */

export type FieldType = "int32" | "int64" | "float" | "double" | "string" | "bytes" | MessageName;

/** Name, type, whether it is repeated. */
export type Field = readonly [name: string, type: FieldType, repeated?: true];

export type MessageName = keyof Messages;

/** A list in a message, which may be one that is made anew whenever it is gone through. */
type Items<T> = Iterable<T>;

/** Messages by name, as objects. Fields that a file lacks are undefined, or empty where they are repeated. */
export interface Messages {
  readonly Model: ModelProto;
  readonly OperatorSet: OperatorSetProto;
  readonly TrainingInfo: TrainingInfoProto;
  readonly Graph: GraphProto;
  readonly Node: NodeProto;
  readonly Attribute: AttributeProto;
  readonly Tensor: TensorProto;
  readonly Entry: EntryProto;
  readonly ValueInfo: ValueInfoProto;
  readonly Type: TypeProto;
  readonly TensorType: TensorTypeProto;
  readonly Shape: ShapeProto;
  readonly Dimension: DimensionProto;
  readonly SparseTensor: SparseTensorProto;
  readonly Function: FunctionProto;
}

export interface ModelProto {
  readonly irVersion?: bigint;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly graph?: GraphProto;
  readonly opsetImport: Items<OperatorSetProto>;
  readonly metadata: Items<EntryProto>;
  readonly trainingInfo: Items<TrainingInfoProto>;
  readonly functions: Items<FunctionProto>;
}

export interface OperatorSetProto {
  readonly domain?: string;
  readonly version?: bigint;
}

/** What a training goes on with; engines for inference pass over it. */
export interface TrainingInfoProto {
  readonly algorithm?: GraphProto;
}

export interface GraphProto {
  readonly node: Items<NodeProto>;
  readonly name?: string;
  readonly initializer: Items<TensorProto>;
  readonly sparseInitializer: Items<SparseTensorProto>;
  readonly input: Items<ValueInfoProto>;
  readonly output: Items<ValueInfoProto>;
}

export interface NodeProto {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly attribute: Items<AttributeProto>;
}

export interface AttributeProto {
  readonly name?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: bigint;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly floats: Numbers<number>;
  readonly ints: Numbers<bigint>;
  readonly strings: Items<Uint8Array>;
}

/** A list of numbers, as a typed array where it was read. */
export type Numbers<T> = readonly T[] | (T extends bigint ? BigInt64Array : Float32Array | Float64Array | Int32Array);

export interface TensorProto {
  readonly dims: Numbers<bigint>;
  readonly dataType?: number;
  readonly floatData: Numbers<number>;
  readonly int32Data: Numbers<number>;
  readonly int64Data: Numbers<bigint>;
  readonly doubleData: Numbers<number>;
  readonly rawData?: Uint8Array;
  readonly name?: string;
  readonly externalData: Items<EntryProto>;
  readonly dataLocation?: number;
}

export interface EntryProto {
  readonly key?: string;
  readonly value?: string;
}

export interface ValueInfoProto {
  readonly name?: string;
  readonly type?: TypeProto;
}

export interface TypeProto {
  readonly tensorType?: TensorTypeProto;
}

export interface TensorTypeProto {
  readonly elemType?: number;
  readonly shape?: ShapeProto;
}

export interface ShapeProto {
  readonly dim: Items<DimensionProto>;
}

export interface DimensionProto {
  readonly value?: bigint;
  readonly param?: string;
}

/** Only whether there is one matters. */
export interface SparseTensorProto {
  readonly values?: TensorProto;
}

/** Likewise. */
export interface FunctionProto {
  readonly name?: string;
  readonly domain?: string;
}

export const fields: Readonly<Record<MessageName, Readonly<Record<number, Field>>>> = {
  Model: {
    1: ["irVersion", "int64"],
    2: ["producerName", "string"],
    3: ["producerVersion", "string"],
    7: ["graph", "Graph"],
    8: ["opsetImport", "OperatorSet", true],
    14: ["metadata", "Entry", true],
    20: ["trainingInfo", "TrainingInfo", true],
    25: ["functions", "Function", true],
  },
  OperatorSet: { 1: ["domain", "string"], 2: ["version", "int64"] },
  TrainingInfo: { 2: ["algorithm", "Graph"] },
  Graph: {
    1: ["node", "Node", true],
    2: ["name", "string"],
    5: ["initializer", "Tensor", true],
    11: ["input", "ValueInfo", true],
    12: ["output", "ValueInfo", true],
    15: ["sparseInitializer", "SparseTensor", true],
  },
  Node: {
    1: ["input", "string", true],
    2: ["output", "string", true],
    3: ["name", "string"],
    4: ["opType", "string"],
    5: ["attribute", "Attribute", true],
    7: ["domain", "string"],
  },
  Attribute: {
    1: ["name", "string"],
    2: ["f", "float"],
    3: ["i", "int64"],
    4: ["s", "bytes"],
    5: ["t", "Tensor"],
    6: ["g", "Graph"],
    7: ["floats", "float", true],
    8: ["ints", "int64", true],
    9: ["strings", "bytes", true],
    20: ["type", "int32"],
  },
  Tensor: {
    1: ["dims", "int64", true],
    2: ["dataType", "int32"],
    4: ["floatData", "float", true],
    5: ["int32Data", "int32", true],
    7: ["int64Data", "int64", true],
    8: ["name", "string"],
    9: ["rawData", "bytes"],
    10: ["doubleData", "double", true],
    13: ["externalData", "Entry", true],
    14: ["dataLocation", "int32"],
  },
  Entry: { 1: ["key", "string"], 2: ["value", "string"] },
  ValueInfo: { 1: ["name", "string"], 2: ["type", "Type"] },
  Type: { 1: ["tensorType", "TensorType"] },
  TensorType: { 1: ["elemType", "int32"], 2: ["shape", "Shape"] },
  Shape: { 1: ["dim", "Dimension", true] },
  Dimension: { 1: ["value", "int64"], 2: ["param", "string"] },
  SparseTensor: { 1: ["values", "Tensor"] },
  Function: { 1: ["name", "string"], 10: ["domain", "string"] },
};

/** The numbers of those that are repeated, by message. */
export const lists: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries(fields).map(([message, known]) => [
    message,
    Object.keys(known)
      .map(Number)
      .filter((number) => known[number][2]),
  ]),
);

/** AttributeProto.AttributeType */
export const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
