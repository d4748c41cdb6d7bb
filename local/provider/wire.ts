import { isObject, type Json, type JsonObject } from "./json";

// google.protobuf.Struct on the wire, read and written without message objects. The general library takes milliseconds for an
// object of a few kilobytes, in each direction, and the engine sends every object several times.

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Field numbers of google.protobuf.Value. */
const field = { null: 1, number: 2, text: 3, bool: 4, struct: 5, list: 6 } as const;

/** @param bytes of a google.protobuf.Struct */
export function decodeStruct(bytes: Uint8Array): JsonObject {
  return new Reader(bytes).struct(bytes.length);
}

/** @returns the bytes of a google.protobuf.Struct; keys whose value is undefined are left out */
export function encodeStruct(value: JsonObject): Uint8Array {
  const writer = new Writer();
  writer.struct(value);
  return writer.finish();
}

/** Takes fields that hold messages out of a message. @returns their bytes by number, and the message without them */
export function cutFields(
  message: Uint8Array,
  numbers: readonly number[],
): { rest: Uint8Array; cut: Map<number, Uint8Array> } {
  const reader = new Reader(message);
  const kept: Uint8Array[] = [];
  const cut = new Map<number, Uint8Array>();
  while (reader.position < message.length) {
    const start = reader.position;
    const tag = reader.varint();
    if ((tag & 7) === wire.bytes && numbers.includes(tag >>> 3)) {
      const length = reader.varint();
      cut.set(tag >>> 3, message.subarray(reader.position, reader.position + length));
      reader.position += length;
    } else {
      reader.skip(tag & 7);
      kept.push(message.subarray(start, reader.position));
    }
  }
  return { rest: Buffer.concat(kept), cut };
}

/** Adds fields that hold messages to a message. */
export function appendFields(message: Uint8Array, fields: Iterable<[number: number, bytes: Uint8Array]>): Buffer {
  const parts = [message];
  for (const [number, bytes] of fields) {
    const writer = new Writer();
    writer.header(number, wire.bytes, bytes.length);
    parts.push(writer.finish(), bytes);
  }
  return Buffer.concat(parts);
}

class Reader {
  position = 0;
  private readonly buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.buffer.readUInt8(this.position++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  skip(type: number): void {
    if (type === wire.varint) this.varint();
    else if (type === wire.fixed64) this.position += 8;
    else if (type === wire.fixed32) this.position += 4;
    else if (type === wire.bytes) {
      const length = this.varint();
      this.position += length;
    } else throw new Error(`a message with a field of the unknown wire type ${type}`);
  }

  struct(end: number): JsonObject {
    const result: JsonObject = {};
    while (this.position < end) {
      this.varint();
      const entryEnd = this.varint() + this.position;
      let key = "";
      let value: Json = null;
      while (this.position < entryEnd) {
        const number = this.varint() >>> 3;
        const length = this.varint();
        if (number === 1) key = this.text(length);
        else value = this.value(this.position + length);
      }
      // A key that an object has by itself must not be set through its setter.
      if (key === "__proto__") Object.defineProperty(result, key, { value, enumerable: true, writable: true });
      else result[key] = value;
    }
    return result;
  }

  private value(end: number): Json {
    let value: Json = null;
    while (this.position < end) {
      switch (this.varint() >>> 3) {
        case field.null:
          this.varint();
          value = null;
          break;
        case field.number:
          value = this.buffer.readDoubleLE(this.position);
          this.position += 8;
          break;
        case field.text:
          value = this.text(this.varint());
          break;
        case field.bool:
          value = this.varint() !== 0;
          break;
        case field.struct:
          value = this.struct(this.varint() + this.position);
          break;
        case field.list:
          value = this.list(this.varint() + this.position);
          break;
      }
    }
    return value;
  }

  private list(end: number): Json[] {
    const items: Json[] = [];
    while (this.position < end) {
      this.varint();
      items.push(this.value(this.varint() + this.position));
    }
    return items;
  }

  private text(length: number): string {
    const text = this.buffer.toString("utf8", this.position, this.position + length);
    this.position += length;
    return text;
  }
}

/** Writes from the end to the beginning, so that the length of a part is known when its header is written. */
class Writer {
  private buffer = Buffer.allocUnsafe(4096);
  private start = this.buffer.length;

  finish(): Uint8Array {
    return this.buffer.subarray(this.start);
  }

  header(number: number, type: number, length: number): void {
    if (type === wire.bytes) this.varint(length);
    this.varint(number * 8 + type);
  }

  struct(value: JsonObject): void {
    const keys = Object.keys(value);
    for (let index = keys.length - 1; index >= 0; index--) {
      const key = keys[index] ?? "";
      const item = value[key];
      if (item === undefined) continue;
      const end = this.written();
      this.part(2, () => this.value(item));
      this.text(1, key);
      this.header(1, wire.bytes, this.written() - end);
    }
  }

  private value(value: Json): void {
    if (typeof value === "string") this.text(field.text, value);
    else if (typeof value === "number") {
      this.start = this.reserve(8);
      this.buffer.writeDoubleLE(value, this.start);
      this.header(field.number, wire.fixed64, 0);
    } else if (typeof value === "boolean") {
      this.varint(value ? 1 : 0);
      this.header(field.bool, wire.varint, 0);
    } else if (value === null) {
      this.varint(0);
      this.header(field.null, wire.varint, 0);
    } else if (isObject(value)) this.part(field.struct, () => this.struct(value));
    else {
      this.part(field.list, () => {
        for (let index = value.length - 1; index >= 0; index--) this.part(1, () => this.value(value[index] ?? null));
      });
    }
  }

  private part(number: number, write: () => void): void {
    const end = this.written();
    write();
    this.header(number, wire.bytes, this.written() - end);
  }

  private text(number: number, text: string): void {
    const length = Buffer.byteLength(text);
    this.start = this.reserve(length);
    this.buffer.write(text, this.start, length, "utf8");
    this.header(number, wire.bytes, length);
  }

  private varint(value: number): void {
    let length = 1;
    for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) length++;
    this.start = this.reserve(length);
    let rest = value;
    for (let index = 0; index < length; index++) {
      this.buffer[this.start + index] = (rest % 128) + (index < length - 1 ? 128 : 0);
      rest = Math.floor(rest / 128);
    }
  }

  private written(): number {
    return this.buffer.length - this.start;
  }

  /** @returns where `length` bytes in front of what is written begin */
  private reserve(length: number): number {
    if (length > this.start) {
      const written = this.written();
      const bigger = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, written + length + 1024));
      this.buffer.copy(bigger, bigger.length - written, this.start);
      this.start = bigger.length - written;
      this.buffer = bigger;
    }
    return this.start - length;
  }
}
