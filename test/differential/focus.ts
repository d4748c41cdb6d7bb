import { type GoField, goTypes, specType } from "../../sdk/compose/goTypes";

/** Which fields the fragments of one case may set, so that they meet at the same places however large the tree is. */
export class Focus {
  private readonly chosen = new Map<string, readonly string[]>();
  private readonly random: () => number;
  /** Fields on the way to the one that this case is about. */
  private readonly way = new Map<string, string>();

  constructor(seed: number) {
    this.random = randomOf(seed);
    // Half of the cases go for a field that any field of the tree is as likely to be; the others for what services have.
    if (this.random() < 0.5) this.headFor(this.pick(everyField));
  }

  /** The fields of a struct that are used in this case; the same whenever it is asked. */
  fieldsOf(type: string): readonly string[] {
    const known = this.chosen.get(type);
    if (known) return known;
    const fields = Object.entries(goTypes[type] ?? {});
    const count = 1 + Math.floor(this.random() * 4);
    const names = new Set<string>();
    const target = this.way.get(type);
    if (target !== undefined) names.add(target);
    for (let i = 0; i < count && fields.length > 0; i++) names.add(this.weighted(type, fields));
    const chosen = [...names].sort();
    this.chosen.set(type, chosen);
    return chosen;
  }

  isOnTheWay(type: string, name: string): boolean {
    return this.way.get(type) === name;
  }

  private headFor([type, name]: readonly [string, string]): void {
    this.way.set(type, name);
    for (let at = type; at !== specType;) {
      const [owner, field] = this.pick(ownersOf.get(at) ?? []);
      this.way.set(owner, field);
      at = owner;
    }
  }

  private weighted(type: string, fields: readonly [string, GoField][]): string {
    const weights = fields.map(([name, field]) => weightOf(type, name, field));
    let rest = this.random() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, [name]] of fields.entries()) {
      rest -= weights[index] ?? 0;
      if (rest < 0) return name;
    }
    return fields[0]?.[0] ?? "";
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T;
  }
}

/** What a service is made of, and what the merge does most with. */
const favourites: Readonly<Record<string, number>> = {
  template: 8,
  containers: 8,
  router: 4,
  prefill: 3,
  model: 3,
  env: 8,
};

function weightOf(type: string, name: string, field: GoField): number {
  if (type.startsWith("serving/") || type.startsWith("core/v1.PodSpec") || type === "core/v1.Container") {
    const favourite = favourites[name];
    if (favourite !== undefined) return favourite;
  }
  if (field.mergeKey || field.union) return 5;
  return field.kind === "scalar" ? 1 : 2;
}

/** mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const everyField: readonly (readonly [string, string])[] = Object.entries(goTypes).flatMap(([type, fields]) =>
  Object.keys(fields).map((name) => [type, name] as const),
);

/** For each type the fields that lead to it from nearer to the root. */
const ownersOf = nearerOwners();

function nearerOwners(): Map<string, [string, string][]> {
  const depth = new Map([[specType, 0]]);
  const owners = new Map<string, [string, string][]>();
  // A map keeps the order in which keys were added: this walks the tree level by level.
  for (const [type, level] of depth) {
    for (const [name, field] of Object.entries(goTypes[type] ?? {})) {
      if (field.kind !== "struct" && field.elem !== "struct") continue;
      if (!depth.has(field.type)) depth.set(field.type, level + 1);
      if ((depth.get(field.type) ?? 0) <= level) continue;
      owners.set(field.type, [...(owners.get(field.type) ?? []), [type, name]]);
    }
  }
  return owners;
}
