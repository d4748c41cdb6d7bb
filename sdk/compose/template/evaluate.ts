import { TemplateError, unsupported } from "./errors";
import { printed } from "./format";
import { functions, type Parameter, type TemplateFunction } from "./functions";
import {
  goBool,
  goInt,
  goString,
  indirect,
  invalid,
  isNilPointer,
  namedScalar,
  rawList,
  rawNumber,
  float64Type,
  type GoValue,
} from "./goValue";
import { decodeJsonText, needsDecoding } from "./jsonText";
import { describe, type BranchNode, type Command, type Node, type Operand, type Pipe } from "./nodes";
import {
  charge,
  field,
  listElement,
  longestOutput,
  mapElement,
  mostIterations,
  needsEscaped,
  sortedKeys,
  truth,
  type Run,
} from "./run";

type Jump = "break" | "continue" | undefined;

/** Writes what the nodes make of `dot`. Returns how a range's body was left. */
export function walk(run: Run, dot: GoValue, nodes: readonly Node[]): Jump {
  charge(run, 16 * nodes.length);
  for (const node of nodes) {
    switch (node.kind) {
      case "text":
        write(run, run.escaped ? node.text : (node.decoded ?? ""));
        break;
      case "action": {
        const value = evaluatePipe(run, dot, node.pipe);
        if (node.pipe.variables.length === 0) print(run, node.pipe, value);
        break;
      }
      case "break":
      case "continue":
        return node.kind;
      default: {
        const jump = walkBranch(run, dot, node);
        if (jump) return jump;
      }
    }
  }
  return undefined;
}

function print(run: Run, pipe: Pipe, value: GoValue): void {
  run.at = pipe;
  const text = printed(run, value);
  write(run, run.escaped || !needsDecoding(text) ? text : decodePiece(text));
}

/** The texts around it can be decoded by themselves, so a piece can too, unless it is no whole piece of JSON. */
function decodePiece(text: string): string {
  const decoded = decodeJsonText(text);
  if (decoded === undefined || decoded.includes("\ufffd")) throw needsEscaped;
  return decoded;
}

function write(run: Run, text: string): void {
  run.output += text;
  if (run.output.length > longestOutput) throw unsupported(`the output is longer than ${longestOutput} characters`);
}

function walkBranch(run: Run, dot: GoValue, node: BranchNode): Jump {
  const declared = run.variables.length;
  const value = evaluatePipe(run, dot, node.pipe);
  let jump: Jump;
  if (node.kind === "range") jump = walkRange(run, dot, node, value);
  else if (truth(value)) jump = walk(run, node.kind === "with" ? value : dot, node.list);
  else if (node.orElse) jump = walk(run, dot, node.orElse);
  run.variables.length = declared;
  return jump;
}

function walkRange(run: Run, dot: GoValue, node: BranchNode, value: GoValue): Jump {
  const mark = run.variables.length;
  const { variables, assigns } = node.pipe;
  let ran = false;
  /** False when the range was left. */
  const iterate = (key: GoValue, element: GoValue): boolean => {
    ran = true;
    run.iterations += 1;
    if (run.iterations > mostIterations) throw unsupported(`more than ${mostIterations} iterations`);
    const [first, second] = variables;
    if (first !== undefined)
      setLoopVariable(run, assigns, first, 1 + (second === undefined ? 0 : 1), second === undefined ? element : key);
    if (second !== undefined) setLoopVariable(run, assigns, second, 1, element);
    const jump = walk(run, element, node.list);
    run.variables.length = mark;
    return jump !== "break";
  };
  const target = indirect(value);
  run.at = node.pipe;
  switch (target.type.kind) {
    case "int":
    case "uint":
      if (variables.length > 1) throw new TemplateError("can't use an integer to iterate over more than one variable");
      for (let index = 0; index < rawNumber(target); index++) {
        if (!iterate(invalid, { type: target.type, raw: index, addressable: false })) break;
      }
      break;
    case "list":
      for (let index = 0; index < rawList(target).length; index++) {
        if (!iterate(goInt(index), listElement(run, target, index))) break;
      }
      break;
    case "map":
      for (const key of sortedKeys(run, target)) {
        const name = { type: target.type.key ?? namedScalar("string"), raw: key, addressable: false };
        if (!iterate(name, mapElement(run, target, key))) break;
      }
      break;
    case "invalid":
      break;
    default:
      throw new TemplateError(`range can't iterate over a value of type ${target.type.name}`);
  }
  return !ran && node.orElse ? walk(run, dot, node.orElse) : undefined;
}

/** A declared one was pushed with the pipeline's value, so it is at a known place from the top. */
function setLoopVariable(run: Run, assigns: boolean, name: string, fromTop: number, value: GoValue): void {
  if (assigns) return setVariable(run, name, value);
  const variable = run.variables[run.variables.length - fromTop];
  if (variable) variable.value = value;
}

function setVariable(run: Run, name: string, value: GoValue): void {
  const variable = run.variables.findLast((candidate) => candidate.name === name);
  if (!variable) throw new TemplateError(`undefined variable: ${name}`);
  variable.value = value;
}

/** The value of a pipeline, which its variables take too. */
export function evaluatePipe(run: Run, dot: GoValue, pipe: Pipe): GoValue {
  let value: GoValue | undefined;
  for (const command of pipe.commands) value = evaluateCommand(run, dot, command, value);
  const result = value ?? invalid;
  for (const name of pipe.variables) {
    if (pipe.assigns) setVariable(run, name, result);
    else run.variables.push({ name, value: result });
  }
  return result;
}

/** @param last the value of the command before, when there is one */
function evaluateCommand(
  run: Run,
  dot: GoValue,
  { head: first, operands }: Command,
  last: GoValue | undefined,
): GoValue {
  const hasArguments = operands.length > 0 || last !== undefined;
  switch (first.kind) {
    case "function":
      return call(run, dot, first, operands, last);
    case "field":
    case "chain":
      return evaluateFields(run, dot, first, hasArguments);
    case "variable":
      if (first.names.length > 0) return evaluateFields(run, dot, first, hasArguments);
      break;
    default:
  }
  if (hasArguments) throw new TemplateError(`can't give argument to non-function ${describe(first)}`);
  if (first.kind === "nil") throw new TemplateError("nil is not a command", { at: "nil" });
  return evaluate(run, dot, first);
}

/** A chain of fields; only the last could be a method and have arguments. */
function evaluateFields(
  run: Run,
  dot: GoValue,
  node: Operand & { names: readonly string[] },
  hasArguments: boolean,
): GoValue {
  let value = dot;
  if (node.kind === "variable") value = variable(run, node.name);
  else if (node.kind === "chain") value = evaluate(run, dot, node.of);
  run.at = node;
  charge(run, node.names.length);
  const last = node.names.length - 1;
  for (let index = 0; index <= last; index++)
    value = field(run, value, node.names[index] ?? "", hasArguments && index === last);
  return value;
}

function variable(run: Run, name: string): GoValue {
  for (let index = run.variables.length - 1; index >= 0; index--) {
    const candidate = run.variables[index];
    if (candidate?.name === name) return candidate.value;
  }
  throw new TemplateError(`undefined variable: ${name}`);
}

/** An operand that has no arguments, where nothing says of which type it has to be. */
function evaluate(run: Run, dot: GoValue, operand: Operand): GoValue {
  switch (operand.kind) {
    case "dot":
      return dot;
    case "nil":
      return invalid;
    case "bool":
      return goBool(operand.value);
    case "string":
      return goString(operand.value);
    case "number":
      if (operand.value.isFloat) return { type: float64Type, raw: operand.value.float, addressable: false };
      if (operand.value.int === undefined) throw new TemplateError(`${operand.value.text} overflows int`);
      return goInt(operand.value.int);
    case "field":
    case "chain":
      return evaluateFields(run, dot, operand, false);
    case "variable":
      return operand.names.length === 0 ? variable(run, operand.name) : evaluateFields(run, dot, operand, false);
    case "function":
      return call(run, dot, operand, [], undefined);
    case "pipe":
      return evaluatePipe(run, dot, operand);
  }
}

function call(
  run: Run,
  dot: GoValue,
  node: Operand & { kind: "function" },
  operands: readonly Operand[],
  last: GoValue | undefined,
): GoValue {
  const { name } = node;
  const called = functions.get(name);
  if (!called) throw new TemplateError(`${JSON.stringify(name)} is not a defined function`);
  run.at = node;
  checkCount(name, called, operands.length, last !== undefined);
  if (name === "and" || name === "or") return shortCircuit(run, dot, name === "or", operands, last);
  const values: GoValue[] = [];
  for (const operand of operands) values.push(evaluateArgument(run, dot, parameterAt(called, values.length), operand));
  run.at = node;
  if (last) values.push(validate(last, parameterAt(called, operands.length)));
  let work = 16 * (values.length + 1);
  for (const { raw } of values) if (typeof raw === "string") work += raw.length;
  charge(run, work);
  const result = called.call(run, values);
  if (typeof result.raw === "string") charge(run, result.raw.length);
  return result;
}

function parameterAt(called: TemplateFunction, index: number): Parameter {
  return called.parameters[index] ?? called.rest ?? "any";
}

function checkCount(name: string, { parameters, rest }: TemplateFunction, operands: number, hasLast: boolean): void {
  const count = operands + (hasLast ? 1 : 0);
  if (rest !== undefined ? count >= parameters.length : count === parameters.length) return;
  const want = rest === undefined ? String(parameters.length) : `at least ${parameters.length}`;
  throw new TemplateError(
    `wrong number of args for ${name}: want ${want} got ${rest === undefined ? count : operands}`,
  );
}

/** `and` and `or` return the argument that decides, as it is. */
function shortCircuit(
  run: Run,
  dot: GoValue,
  until: boolean,
  operands: readonly Operand[],
  last: GoValue | undefined,
): GoValue {
  let value = invalid;
  for (const operand of operands) {
    value = evaluateArgument(run, dot, "value", operand);
    if (truth(value) === until) return value;
  }
  return last ?? value;
}

function evaluateArgument(run: Run, dot: GoValue, parameter: Parameter, operand: Operand): GoValue {
  if (typeof parameter !== "string") {
    run.at = operand;
    switch (operand.kind) {
      case "nil":
        throw new TemplateError(`cannot assign nil to ${parameter.name}`);
      case "bool":
      case "string":
      case "number":
        return literal(parameter, operand);
      default:
    }
  }
  return validate(evaluate(run, dot, operand), parameter);
}

/** Go takes a number for an integer when it has no fraction, however it is written. */
function literal(parameter: Exclude<Parameter, string>, operand: Operand): GoValue {
  if (parameter.kind === "string") {
    if (operand.kind === "string") return goString(operand.value);
    throw new TemplateError(`expected string; found ${describe(operand)}`);
  }
  if (operand.kind === "number" && operand.value.int !== undefined)
    return { type: parameter, raw: operand.value.int, addressable: false };
  throw new TemplateError(`expected integer; found ${describe(operand)}`);
}

/** Whether a value can be passed, after following one pointer. @throws TemplateError */
function validate(value: GoValue, parameter: Parameter): GoValue {
  if (parameter === "value") return value;
  if (parameter === "any")
    return value.addressable && value.type.kind !== "ptr" ? { ...value, addressable: false } : value;
  if (value.type === parameter) return value;
  if (value.type.kind === "invalid") throw new TemplateError(`invalid value; expected ${parameter.name}`);
  if (value.type.elem === parameter && value.type.kind === "ptr") {
    if (isNilPointer(value)) throw new TemplateError(`dereference of nil pointer of type ${parameter.name}`);
    return indirect(value);
  }
  throw new TemplateError(`wrong type for value; expected ${parameter.name}; got ${value.type.name}`);
}
