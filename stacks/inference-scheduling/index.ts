import { inferenceScheduling } from "./inferenceScheduling";

// Without a benchmark there is no output of one; a name that is always exported would be an undefined one, of which the SDK warns.
export = inferenceScheduling();
