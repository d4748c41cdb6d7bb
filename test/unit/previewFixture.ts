import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A preview as the engine wrote it, from test/unit/previews. */
export function previewText(name: string): string {
  return readFileSync(join(__dirname, "../../../test/unit/previews", `${name}.json`), "utf8");
}

/**
 * The recorded change of the service "chat", once for each of many services, as the engine would write it.
 *
 * @param image by the number of the service. @default an image of its own
 */
export function manyServices(count: number, image = (index: number): string => `vllm:v0.12.${index}`): string {
  const events = previewText("changes").trimEnd().split("\n");
  const chat = events.filter(
    (line) => /"urn":"[^"]*::chat(-service)?"/.test(line) && line.includes('"resourcePreEvent"'),
  );
  const others = events.filter((line) => !line.includes('"resourcePreEvent"') && !line.includes('"policyEvent"'));
  const stack = events.filter(
    (line) => /"urn":"[^"]*pulumi:pulumi:Stack::/.test(line) && line.includes('"resourcePreEvent"'),
  );
  const copies = Array.from({ length: count }, (_, index) =>
    chat.map((line) =>
      line
        .replaceAll("::chat", `::chat-${index}`)
        .replaceAll('"name":"chat"', `"name":"chat-${index}"`)
        .replaceAll("vllm:v0.12.0", image(index)),
    ),
  );
  return [...stack, ...copies.flat(), ...others].join("\n");
}
