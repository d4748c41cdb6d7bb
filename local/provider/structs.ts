import type { MethodDefinition } from "@grpc/grpc-js";

import { appendFields, cutFields } from "./wire";

/** A message whose properties are still in their wire form, by the names given to {@link withStructs}. */
export interface WithStructs<Message, Name extends string = string> {
  message: Message;
  structs: Partial<Record<Name, Uint8Array>>;
}

type Fields = Readonly<Record<string, number>>;

/**
 * Changes a method's messages so that fields that hold a Struct go past the protobuf library.
 *
 * @param request names of the request's fields, with their numbers
 * @param response the same of the response
 */
export function withStructs<Request, Response, In extends Fields, Out extends Fields>(
  method: MethodDefinition<Request, Response>,
  request: In,
  response: Out,
): MethodDefinition<WithStructs<Request, keyof In & string>, WithStructs<Response, keyof Out & string>> {
  const incoming = Object.entries(request);
  const outgoing = Object.entries(response);
  const unsupported = (): never => {
    throw new Error(`${method.path}: only the server's side is there`);
  };
  return {
    ...method,
    requestSerialize: unsupported,
    responseDeserialize: unsupported,
    requestDeserialize: (bytes) => {
      const { rest, cut } = cutFields(
        bytes,
        incoming.map(([, number]) => number),
      );
      const structs = Object.fromEntries(incoming.map(([name, number]) => [name, cut.get(number)]));
      return { message: method.requestDeserialize(Buffer.from(rest)), structs } as WithStructs<
        Request,
        keyof In & string
      >;
    },
    responseSerialize: ({ message, structs }) => {
      const fields: [number, Uint8Array][] = [];
      for (const [name, number] of outgoing) {
        const bytes = structs[name as keyof Out & string];
        if (bytes) fields.push([number, bytes]);
      }
      return appendFields(method.responseSerialize(message), fields);
    },
  };
}
