import { z } from "zod";

import type { PoolFragmentArgs } from "../../components/nodepools/poolFragment";

const text = z.string().min(1);
const texts = z.array(text);
const quantity = z.union([z.number(), text]);

/** The pool of a service: its name, or with what the service wants of a node. */
export const servicePoolSettings = z.union([
  text,
  z.strictObject({
    name: text,
    count: z.int().min(1).optional(),
    cpu: quantity.optional(),
    memory: quantity.optional(),
    sharedMemory: quantity.optional(),
    capacity: texts.optional(),
  } satisfies Record<
    keyof Pick<PoolFragmentArgs, "name" | "count" | "cpu" | "memory" | "sharedMemory" | "capacity">,
    z.ZodType
  >),
]);

/** The pool of a service, as its configuration says it. */
export type ServicePoolSettings = z.infer<typeof servicePoolSettings>;
