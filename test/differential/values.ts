import fc from "fast-check";

import type { GoField } from "../../sdk/compose/goTypes";
import type { Plain } from "./oracle";

/** Values of fields: few and odd ones, so that fragments agree and differ where it matters. */

const text = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("a", "b", "c", "", "main", "http", "500m") },
  { weight: 2, arbitrary: fc.constantFrom("<&>", 'say "x"', "two\nlines", "é\u2028\u{1f600}", "null", "0", " ") },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);

/** By the name of a merge key's field; names of KServe's presets among them. */
const keys: Readonly<Record<string, fc.Arbitrary<Plain>>> = {
  name: fc.constantFrom("main", "a", "b", "c", "home", "HOME", ""),
  containerPort: fc.constantFrom(8000, 8001, 80, 0),
  mountPath: fc.constantFrom("/home", "/tmp", "/a", "/a/"),
  devicePath: fc.constantFrom("/dev/a", "/dev/b"),
  ip: fc.constantFrom("10.0.0.1", "10.0.0.2"),
  topologyKey: fc.constantFrom("zone", "host"),
  uid: fc.constantFrom("u1", "u2"),
};

export function keyValue(mergeKey: string): fc.Arbitrary<Plain> {
  return keys[mergeKey] ?? text;
}

const quantity: fc.Arbitrary<Plain> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<Plain>(
      "1",
      "1000m",
      "0.5",
      "1.5Gi",
      "1e3",
      "2Gi",
      "2048Mi",
      "0",
      "500m",
      1,
      0,
      2.5,
      "1Ki",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Plain>(
      ...[
        "+1",
        "-0",
        "-1.5",
        "1E3",
        "1e-3",
        "100e-3",
        ".5",
        "5.",
        "0.0001",
        "1n",
        "999999u",
        "1k",
        "1.25Ki",
        "0.1Ki",
        "00012",
      ],
      ...[
        "123456789012345678901",
        "9223372036854775807",
        "9223372036854775808",
        "1e18",
        "1e19",
        "0.1e3Gi",
        "1Ei",
        "8Ei",
        "1P",
      ],
      ...["1e3Mi", "0Gi", "0.0000000001", "-1n", "1.0", "10.50", "12e6", "1e+2", "100M", "1024", "1048576", "3e9"],
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom("", "", "-"),
        fc.nat({ max: 20_000 }),
        fc.constantFrom("", ".5", ".25", ".001", ".0001"),
        fc.constantFrom("", "m", "u", "n", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "e2", "e-2", "E1"),
      )
      .map((parts) => parts.join("")),
  },
);

const uri: fc.Arbitrary<Plain> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "hf://meta/llama",
      "pvc://claim/models/x",
      "s3://bucket/a",
      "",
      "oci://r.io/x:1",
      "hf://a",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        "HTTP://Host.Example/Path",
        "s3://b/k%20x",
        "s3://b/k x",
        "https://u:p@h:8080/a?b=c&d#e",
        "/only/path",
        "a/b",
      ],
      ...[
        "http://[::1]:80/",
        "hf://a/b?x=%zz",
        "gs://b/%C3%A9",
        "gs://b/é",
        "mailto:a@b",
        "hf://a//b/../c",
        "?q",
        "#f",
      ],
    ),
  },
);

const time = fc.constantFrom("2026-01-31T12:00:00Z", "2026-01-31T12:00:00+02:00", "2025-12-31T23:59:59.123Z");

const integers: Readonly<Record<string, fc.Arbitrary<number>>> = {
  int32: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(0, 1, 2, 3, -1, 8000) },
    { weight: 1, arbitrary: fc.constantFrom(2 ** 31 - 1, -(2 ** 31)) },
  ),
  int64: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(0, 1, 30, -1) },
    { weight: 1, arbitrary: fc.constantFrom(2 ** 31, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER) },
  ),
  uint16: fc.constantFrom(0, 1, 65_535),
};

const freeKey = fc.constantFrom("plugins", "schedulingProfiles", "apiVersion", "kind", "a", "b", "");
const freeLeaf: fc.Arbitrary<Plain> = fc.oneof(
  text,
  fc.constantFrom<Plain>(0, 1, -1.5, 1e21, 1e-7, true, false, null, 2 ** 53),
);

/** JSON without a type, as the inline configuration of the scheduler is. */
export const freeObject: fc.Arbitrary<Plain> = fc.letrec<{ value: Plain; object: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    freeLeaf,
    fc.array(tie("value"), { maxLength: 2 }),
    tie("object"),
  ),
  object: fc.dictionary(freeKey, tie("value"), { maxKeys: 3, noNullPrototype: true }),
})).object;

/** A value of a scalar or of what marshals itself. */
export function leaf(type: string): fc.Arbitrary<Plain> {
  switch (type) {
    case "string":
      return text;
    case "bool":
      return fc.boolean();
    case "resource.Quantity":
      return quantity;
    case "intstr.IntOrString":
      return fc.oneof(fc.constantFrom<Plain>("http", "25%", "", "80"), fc.constantFrom(0, 1, 8000, -1));
    case "apis.URL":
      return uri;
    case "meta/v1.Time":
      return time;
    case "runtime.RawExtension":
    case "meta/v1.FieldsV1":
      return freeObject;
    default: {
      const integer = integers[type];
      if (!integer) throw new Error(`no values are generated for the Go type ${type}`);
      return integer;
    }
  }
}

/** What no field of this kind can hold: the wrong type, or out of range. */
export function wrong(field: GoField): fc.Arbitrary<Plain> {
  if (field.kind === "list") return fc.constantFrom<Plain>("a", 1, true, {});
  if (field.kind === "struct" || field.kind === "map") return fc.constantFrom<Plain>("a", 1, true, []);
  switch (field.type) {
    case "string":
      return fc.constantFrom<Plain>(1, true, {}, []);
    case "bool":
      return fc.constantFrom<Plain>(1, "true", {}, []);
    case "resource.Quantity":
      return fc.constantFrom<Plain>(
        "",
        "abc",
        "1 Gi",
        "1gi",
        "1mi",
        "1e",
        "--1",
        "1.2.3",
        "0x10",
        "1Mii",
        true,
        {},
        [],
      );
    case "intstr.IntOrString":
      return fc.constantFrom<Plain>(1.5, true, 2 ** 31, {}, []);
    case "apis.URL":
      return fc.constantFrom<Plain>(1, true, {}, "http://a b/", "%zz", ":a", "http://[::1", "a\u007fb", "http://h:x/");
    case "meta/v1.Time":
      return fc.constantFrom<Plain>("yesterday", "2026-01-31", 1, true, {});
    case "runtime.RawExtension":
    case "meta/v1.FieldsV1":
      // Go takes any JSON here, but the API server only objects.
      return freeObject;
    default:
      return fc.constantFrom<Plain>("1", 1.5, true, 2 ** 31 * (field.type === "int64" ? 2 ** 40 : 1), {}, []);
  }
}

/** A key of a map. */
export function mapKey(field: GoField): fc.Arbitrary<string> {
  if (field.type === "resource.Quantity") return fc.constantFrom("cpu", "memory", "nvidia.com/gpu", "a");
  return fc.constantFrom("a", "b", "app.kubernetes.io/name", "", "é");
}
