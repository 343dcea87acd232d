/** A function of one variable, given as a Python expression of numbers, arithmetic, comparisons, min, max and `a if c else b`. */
export function pythonFunction(source: string): (x: number) => number {
  const parser = new Parser(source);
  const expression = parser.conditional();
  parser.end();
  return (x) => Number(expression(x));
}

type Expression = (x: number) => number | boolean;

const token = /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|\/\/|<=|>=|==|!=|[-+*/%()<>,]))/y;

class Parser {
  private readonly tokens: string[] = [];
  private at = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
    token.lastIndex = 0;
    while (token.lastIndex < source.trimEnd().length) {
      const found = token.exec(source);
      if (found === null) throw new Error(`not a Python expression of one variable: ${source}`);
      this.tokens.push(found[1] ?? found[2] ?? found[3]);
    }
  }

  end(): void {
    if (this.at < this.tokens.length) throw new Error(`unexpected ${this.tokens[this.at]} in ${this.source}`);
  }

  private take(...wanted: string[]): string | undefined {
    const next = this.tokens[this.at];
    if (next === undefined || !wanted.includes(next)) return undefined;
    this.at++;
    return next;
  }

  private need(wanted: string): void {
    if (this.take(wanted) === undefined) throw new Error(`expected ${wanted} in ${this.source}`);
  }

  conditional(): Expression {
    const value = this.comparison();
    if (this.take("if") === undefined) return value;
    const condition = this.comparison();
    this.need("else");
    const other = this.conditional();
    return (x) => (condition(x) ? value(x) : other(x));
  }

  private comparison(): Expression {
    const left = this.sum();
    const operator = this.take("<", "<=", ">", ">=", "==", "!=");
    if (operator === undefined) return left;
    const right = this.sum();
    const holds = comparisons[operator];
    return (x) => holds(Number(left(x)), Number(right(x)));
  }

  private sum(): Expression {
    return this.chain(["+", "-"], () => this.product());
  }

  private product(): Expression {
    return this.chain(["*", "/", "//", "%"], () => this.unary());
  }

  private chain(operators: string[], operand: () => Expression): Expression {
    let value = operand();
    for (let operator = this.take(...operators); operator !== undefined; operator = this.take(...operators)) {
      const [left, right, apply] = [value, operand(), arithmetic[operator]];
      value = (x) => apply(Number(left(x)), Number(right(x)));
    }
    return value;
  }

  private unary(): Expression {
    if (this.take("-") === undefined) return this.power();
    const value = this.unary();
    return (x) => -Number(value(x));
  }

  private power(): Expression {
    const base = this.atom();
    if (this.take("**") === undefined) return base;
    const exponent = this.unary();
    return (x) => Number(base(x)) ** Number(exponent(x));
  }

  private atom(): Expression {
    if (this.take("(") !== undefined) {
      const value = this.conditional();
      this.need(")");
      return value;
    }
    const text = this.tokens[this.at++] ?? "";
    if (/^\d/.test(text)) return () => Number(text);
    if (!/^[A-Za-z_]/.test(text)) throw new Error(`unexpected ${text} in ${this.source}`);
    if (this.take("(") === undefined) return (x) => x;
    const fn = functions[text];
    if (fn === undefined) throw new Error(`an unknown function ${text} in ${this.source}`);
    const args = [this.conditional()];
    while (this.take(",") !== undefined) args.push(this.conditional());
    this.need(")");
    return (x) => fn(...args.map((arg) => Number(arg(x))));
  }
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b),
  // Python's remainder has the divisor's sign.
  "%": (a, b) => a - b * Math.floor(a / b),
};

const functions: Readonly<Record<string, (...args: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
};
