/**
 * What a Parquet file says of itself, at its end. hyparquet makes objects of all of it, which take ten times as much; here it is
 * gone through where it stands, and hyparquet is given a footer of what is wanted: of one column at a time to look at it, and of
 * more of them when they are known to be good.
 * Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { type ColumnMetaData, type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../source.ts";
import { damaged, requireKind, type Shape, ThriftReader, ThriftWriter } from "./thrift.ts";

const startOfFooter = 64 * 1024;
const magic = "PAR1";
const endLength = 8;
/** Of groups in groups. */
const deepest = 64;

const unit: Shape = { 1: {}, 2: {}, 3: {} };
const time: Shape = { 1: "bool", 2: unit };
const logicalType: Shape = {
  1: {},
  2: {},
  3: {},
  4: {},
  5: { 1: "int", 2: "int" },
  6: {},
  7: time,
  8: time,
  10: { 1: "int", 2: "bool" },
  11: {},
  12: {},
  13: {},
  14: {},
  15: {},
  16: { 1: "int" },
  17: {},
  18: {},
  19: {},
};
const element: Shape = {
  1: "int",
  2: "int",
  3: "int",
  4: "text",
  5: "int",
  6: "int",
  7: "int",
  8: "int",
  10: logicalType,
};
const columnChunk: Shape = {
  1: "text",
  3: { 1: "int", 3: ["text"], 4: "int", 5: "long", 6: "long", 7: "long", 9: "long", 11: "long" },
};
/** Numbers of fields. */
const fields = {
  file: { schema: 2, rows: 3, groups: 4 },
  element: { type: 1, name: 4, children: 5 },
  group: { columns: 1, rows: 3 },
  chunk: { metadata: 3 },
  metadata: { path: 3 },
} as const;

/** An element of the schema. */
interface Node {
  readonly at: number;
  /** Where its name begins and ends. */
  readonly nameAt: number;
  readonly nameEnd: number;
  readonly children: number;
  /** Whether it has values: a group has only what is in it. */
  readonly hasValues: boolean;
}

interface List {
  readonly at: number;
  readonly count: number;
}

/** A group of rows. */
export interface Group {
  readonly at: number;
  readonly rows: number;
  /** Where it begins among all rows. */
  readonly firstRow: number;
}

/** A column of a group of rows. */
export interface GroupColumn {
  /** Elements of the schema from below the root to the column. */
  readonly path: readonly SchemaElement[];
  readonly metadata: ColumnMetaData;
}

/** As hyparquet's. */
const decoder = new TextDecoder();

/** @throws FormatError for what is no Parquet file, or tells of more than is there. */
export async function readFooter(source: ByteSource): Promise<Footer> {
  const { size } = source;
  let bytes = await source.read(Math.max(0, size - startOfFooter), size);
  const end = bytes.length - endLength;
  if (end < 4 || String.fromCharCode(...bytes.subarray(end + 4)) !== magic)
    throw new FormatError(`this is not a Parquet file that could be read: it does not end in ${magic}`);
  const length = new DataView(bytes.buffer).getUint32(end, true);
  if (length > size - endLength)
    throw new FormatError(`what the Parquet file says of itself takes ${length} bytes, and the file has ${size}`);
  if (length > end) bytes = await source.read(size - endLength - length, size);
  return new Footer(bytes.subarray(bytes.length - endLength - length, bytes.length - endLength));
}

export class Footer {
  readonly #bytes: Uint8Array;
  readonly #schema: List;
  readonly #groups: List;
  /** What hyparquet is given. */
  readonly #writer = new ThriftWriter();

  /** @throws FormatError for what is cut off, or has no schema. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const reader = this.#from(0);
    let [schema, groups]: (List | null)[] = [null, null];
    reader.struct((id, type) => {
      if (id !== fields.file.schema && id !== fields.file.groups) return false;
      requireKind(["text"], type);
      const start = reader.at;
      const count = reader.listOf("structs");
      const list = { at: reader.at, count };
      if (id === fields.file.schema) schema = list;
      else groups = list;
      reader.at = start;
      return false;
    });
    if (schema === null || groups === null) throw damaged();
    this.#schema = schema;
    this.#groups = groups;
    // Whether it is a tree is seen on the way.
    for (const _ of this.#nodes());
  }

  #from(at: number): ThriftReader {
    return new ThriftReader(this.#bytes, at);
  }

  /** Elements of the schema without its root, each with those that it is in, which are others afterwards. */
  *#nodes(): Generator<readonly Node[]> {
    const reader = this.#from(this.#schema.at);
    if (this.#schema.count === 0) throw damaged();
    const left = [this.#node(reader).children];
    const path: Node[] = [];
    for (let i = 1; i < this.#schema.count; i++) {
      while (left[left.length - 1] === 0) left.pop();
      if (left.length === 0) throw damaged();
      left[left.length - 1]--;
      const node = this.#node(reader);
      path.length = left.length - 1;
      path.push(node);
      yield path;
      left.push(node.children);
      if (left.length > deepest) throw damaged();
    }
    if (left.some((children) => children > 0)) throw damaged();
  }

  #node(reader: ThriftReader): Node {
    const { at } = reader;
    let [nameAt, nameEnd, children, hasType] = [0, -1, 0, false];
    const { type: typed, name: named, children: counted } = fields.element;
    reader.struct((id, type) => {
      if (id === typed) hasType = true;
      if (id !== named && id !== counted) return false;
      requireKind(id === named ? "text" : "int", type);
      if (id === counted) children = reader.integer(type);
      else {
        nameAt = reader.textStart();
        nameEnd = reader.at;
      }
      return true;
    });
    if (nameEnd < 0 || children < 0) throw damaged();
    return { at, nameAt, nameEnd, children, hasValues: hasType && children === 0 };
  }

  #nameOf({ nameAt, nameEnd }: Node): string {
    return decoder.decode(this.#bytes.subarray(nameAt, nameEnd));
  }

  #isWanted(node: Node, wanted: ReadonlySet<string> | null): boolean {
    return wanted === null || wanted.has(this.#nameOf(node));
  }

  /** Whether a reader stands at an element's name, of which it then stands at the end. */
  #isNameOf({ nameAt, nameEnd }: Node, reader: ThriftReader): boolean {
    const start = reader.textStart();
    if (reader.at - start !== nameEnd - nameAt) return false;
    for (let i = nameAt; i < nameEnd; i++) if (this.#bytes[i] !== this.#bytes[start + i - nameAt]) return false;
    return true;
  }

  /** Names of the columns, in which others may be. */
  *names(): Generator<string> {
    for (const path of this.#nodes()) if (path.length === 1) yield this.#nameOf(path[0]);
  }

  /** The columns of these names; all where they are null. */
  *columns(wanted: ReadonlySet<string> | null): Generator<SchemaElement> {
    for (const path of this.#nodes())
      if (path.length === 1 && this.#isWanted(path[0], wanted)) yield this.#metadata(path, () => undefined).schema[0];
  }

  /** The first name that two columns have; null where each has its own. Nothing is made of them to see that. */
  repeatedName(): string | null {
    let count = 0;
    for (const path of this.#nodes()) if (path.length === 1) count++;
    const ends = new Uint32Array(count);
    const lengths = new Uint32Array(count);
    const order = new Uint32Array(count);
    let i = 0;
    for (const path of this.#nodes()) {
      if (path.length > 1) continue;
      ends[i] = path[0].nameEnd;
      lengths[i] = path[0].nameEnd - path[0].nameAt;
      order[i] = i++;
    }
    const bytes = this.#bytes;
    const compare = (a: number, b: number): number => {
      const length = lengths[a];
      if (length !== lengths[b]) return length - lengths[b];
      for (let k = 1; k <= length; k++) {
        const difference = bytes[ends[a] - k] - bytes[ends[b] - k];
        if (difference !== 0) return difference;
      }
      return 0;
    };
    order.sort(compare);
    const at = order.findIndex((column, k) => k > 0 && compare(order[k - 1], column) === 0);
    return at < 0 ? null : decoder.decode(bytes.subarray(ends[order[at]] - lengths[order[at]], ends[order[at]]));
  }

  /** @throws FormatError for one without a count of rows. */
  *groups(): Generator<Group> {
    const reader = this.#from(this.#groups.at);
    let firstRow = 0;
    for (let i = 0; i < this.#groups.count; i++) {
      const { at } = reader;
      let rows = -1;
      reader.struct((id, type) => {
        if (id !== fields.group.rows) return false;
        requireKind("long", type);
        rows = reader.integer(type);
        return true;
      });
      if (!Number.isSafeInteger(firstRow + rows) || rows < 0)
        throw new FormatError(`the Parquet file has a group of ${rows} rows`);
      yield { at, rows, firstRow };
      firstRow += rows;
    }
  }

  /**
   * The columns of a group of rows that are, or are in, columns of these names.
   *
   * @throws FormatError for a group that has not each column of the schema, in the same order.
   */
  *chunks(group: Group, wanted: ReadonlySet<string> | null): Generator<GroupColumn> {
    for (const { at, path } of this.#chunks(group, wanted)) {
      const { schema, row_groups: groups } = this.#metadata(path, (to) => {
        to.structs(fields.file.groups, 1);
        to.structs(fields.group.columns, 1);
        to.wanted(this.#from(at), columnChunk);
        to.end();
      });
      const { meta_data: metadata, file_path: elsewhere } = groups[0].columns[0];
      if (metadata === undefined || elsewhere) throw new FormatError("the Parquet file has a column in another file");
      yield { path: schema, metadata };
    }
  }

  *#chunks({ at }: Group, wanted: ReadonlySet<string> | null): Generator<{ at: number; path: readonly Node[] }> {
    const reader = this.#from(at);
    let list: List | null = null;
    reader.struct((id, type) => {
      if (id !== fields.group.columns) return false;
      requireKind(["text"], type);
      const start = reader.at;
      const count = reader.listOf("structs");
      list = { at: reader.at, count };
      reader.at = start;
      return false;
    });
    const columns = (list as List | null) ?? { at: 0, count: 0 };
    reader.at = columns.at;
    let left = columns.count;
    let isChosen = false;
    for (const path of this.#nodes()) {
      if (path.length === 1) isChosen = this.#isWanted(path[0], wanted);
      if (!path[path.length - 1].hasValues) continue;
      if (--left < 0) throw new FormatError("a group of rows of the Parquet file has not all of its columns");
      const { at } = reader;
      if (isChosen) this.#requirePath(reader, path);
      else reader.struct(() => false);
      if (isChosen) yield { at, path };
    }
    if (left > 0) throw new FormatError("a group of rows of the Parquet file has columns that the file has not");
  }

  /** @throws FormatError for a column that is called otherwise than in the schema. */
  #requirePath(reader: ThriftReader, path: readonly Node[]): void {
    let isSame = false;
    reader.struct((id, type) => {
      if (id !== fields.chunk.metadata) return false;
      requireKind({}, type);
      reader.struct((id, type) => {
        if (id !== fields.metadata.path) return false;
        requireKind(["text"], type);
        const start = reader.at;
        isSame = reader.listOf("texts") === path.length && path.every((node) => this.#isNameOf(node, reader));
        reader.at = start;
        return false;
      });
      return true;
    });
    if (isSame) return;
    const wanted = path.map((node) => this.#nameOf(node)).join(".");
    throw new FormatError(`a group of rows of the Parquet file has another column where "${wanted}" should be`);
  }

  /**
   * What hyparquet needs to read a group of rows.
   *
   * @param wanted names of columns; all where they are null.
   */
  of(group: Group, wanted: ReadonlySet<string> | null): FileMetaData {
    const nodes: Node[] = [];
    let [columns, isChosen] = [0, false];
    for (const path of this.#nodes()) {
      if (path.length === 1) isChosen = this.#isWanted(path[0], wanted);
      if (path.length === 1 && isChosen) columns++;
      if (isChosen) nodes.push(path[path.length - 1]);
    }
    const root = new ThriftWriter();
    root.field(fields.element.name, textType);
    root.put(0);
    root.int(fields.element.children, columns);
    root.end();
    return this.#metadata(
      nodes,
      (to) => {
        const chunks = [...this.#chunks(group, wanted)].map(({ at }) => at);
        to.structs(fields.file.groups, 1);
        to.structs(fields.group.columns, chunks.length);
        for (const at of chunks) to.wanted(this.#from(at), columnChunk);
        to.long(fields.group.rows, group.rows);
        to.end();
      },
      root.written,
    );
  }

  /** What hyparquet makes of elements, after others that are written already, and of groups. */
  #metadata(nodes: readonly Node[], groups: (to: ThriftWriter) => void, before?: Uint8Array): FileMetaData {
    const to = this.#writer;
    to.clear();
    to.structs(fields.file.schema, nodes.length + (before === undefined ? 0 : 1));
    if (before !== undefined) to.copy(before);
    for (const { at } of nodes) to.wanted(this.#from(at), element);
    const written = to.written.length;
    groups(to);
    if (to.written.length === written) to.structs(fields.file.groups, 0);
    to.end();
    const { length } = to.written;
    for (let i = 0; i < 4; i++) to.put((length >>> (8 * i)) & 255);
    for (let i = 0; i < magic.length; i++) to.put(magic.charCodeAt(i));
    return parquetMetadata(to.written, { geoparquet: false });
  }
}

const textType = 8;
