/** What a fresh project does with the package, in each way to write it; it prints one line of JSON. */
const body = (types: boolean): string => `
const registered${types ? ": string[]" : ""} = [];
const newResource = (args${types ? ": pulumi.runtime.MockResourceArgs" : ""}) => {
  registered.push(args.type);
  return { id: args.name, state: args.inputs };
};
pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "fresh", "dev", false);

const credentials = new ModelCredentials("hub", { namespace: "models", huggingFaceToken: pulumi.secret("hf_x") });
const service = new LLMInferenceService("llama", {
  namespace: "models",
  fragments: [
    model({ uri: "hf://meta-llama/Llama-3.1-8B-Instruct" }),
    accelerator({ accelerator: "nvidia-h100-80gb", count: 1 }),
    credentials.fragment,
  ],
  spec: { replicas: 3 },
});
let missing = "";
try {
  const cluster = { cloud: "gke", name: "c", gke: { location: "us-central1" } }${types ? " as never" : ""};
  new AcceleratorPool("gpu", { cluster, accelerator: "nvidia-l4", maxNodes: 1 });
} catch (error) {
  missing = String(error);
}
let refused = "";
try {
  ${types ? "// @ts-expect-error: the package has types, and they know better" : ""}
  new LLMInferenceService("wrong", { replica: 3 });
} catch (error) {
  refused = error instanceof ConfigurationError ? error.message : "another class";
}
${types ? "const url: pulumi.Output<string | undefined> = service.url;" : "const url = service.url;"}
pulumi.all([service.namespace, url]).apply(([namespace]) => {
  console.log(JSON.stringify({ registered: [...new Set(registered)].sort(), namespace, missing, refused }));
});
`;

const names = "AcceleratorPool, accelerator, ConfigurationError, LLMInferenceService, model, ModelCredentials";
const imports = `import * as pulumi from "@pulumi/pulumi";\nimport { ${names} } from "pulumi-kserve";\n`;
const requires = `const pulumi = require("@pulumi/pulumi");\nconst { ${names} } = require("pulumi-kserve");\n`;
const typedRequires = `import pulumi = require("@pulumi/pulumi");\nimport kserve = require("pulumi-kserve");\nconst { ${names} } = kserve;\n`;

/** By file name: Node.js tells the kind of module by the extension, and runs TypeScript by leaving the types out. */
export const programs: Readonly<Record<string, string>> = {
  "program.cjs": requires + body(false),
  "program.mjs": imports + body(false),
  "program.cts": typedRequires + body(true),
  "program.mts": imports + body(true),
};

/** For TypeScript's other ways to find modules, which look at what they import only. */
export const typesOnly = `${imports}
export const service = new LLMInferenceService("llama", { fragments: [model({ uri: "hf://a/b" })] });
export const url: pulumi.Output<string | undefined> = service.url;
// @ts-expect-error: the package has types, and they know better
new LLMInferenceService("wrong", { replica: 3 });
export { AcceleratorPool, accelerator, ConfigurationError, ModelCredentials };
`;
