import type { NumberLiteral } from "./literals";

/** A part of a template that writes something or decides what is written. */
export type Node = TextNode | ActionNode | BranchNode | JumpNode;

export interface TextNode {
  readonly kind: "text";
  readonly text: string;
  /** What the text stands for within a JSON string; undefined when an escape sequence is cut by an action, or when it is none. */
  readonly decoded?: string;
}

/** A pipeline whose value is printed, unless it declares or sets a variable. */
export interface ActionNode {
  readonly kind: "action";
  readonly pipe: Pipe;
}

export interface BranchNode {
  readonly kind: "if" | "with" | "range";
  readonly pipe: Pipe;
  readonly list: readonly Node[];
  readonly orElse?: readonly Node[];
}

export interface JumpNode {
  readonly kind: "break" | "continue";
}

/** Commands, each given the value of the one before as its last argument. */
export interface Pipe {
  readonly kind: "pipe";
  /** Variables that take the value, with their `$`. */
  readonly variables: readonly string[];
  /** The variables exist already. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

/** An operand, and what it is given when it is a function. */
export interface Command {
  readonly head: Operand;
  readonly operands: readonly Operand[];
}

export type Operand =
  | Pipe
  | { readonly kind: "dot" }
  | { readonly kind: "nil" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "number"; readonly value: NumberLiteral }
  | { readonly kind: "string"; readonly value: string; readonly source: string }
  | { readonly kind: "field"; readonly names: readonly string[] }
  | { readonly kind: "variable"; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: "chain"; readonly of: Operand; readonly names: readonly string[] }
  | { readonly kind: "function"; readonly name: string };

/** An expression as Go writes it in messages. */
export function describe(node: Operand): string {
  switch (node.kind) {
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "number":
      return node.value.text;
    case "string":
      return node.source;
    case "field":
      return `.${node.names.join(".")}`;
    case "variable":
      return [node.name, ...node.names].join(".");
    case "function":
      return node.name;
    case "chain":
      return [node.of.kind === "pipe" ? `(${describe(node.of)})` : describe(node.of), ...node.names].join(".");
    case "pipe": {
      const variables = node.variables.length === 0 ? "" : `${node.variables.join(", ")} ${node.assigns ? "=" : ":="} `;
      const command = ({ head, operands }: Command): string =>
        [head, ...operands]
          .map((operand) => (operand.kind === "pipe" ? `(${describe(operand)})` : describe(operand)))
          .join(" ");
      return variables + node.commands.map(command).join(" | ");
    }
  }
}
