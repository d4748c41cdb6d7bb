/** A part of a benchmark: so many requests in each second, for so long. */
export interface LoadStage {
  /** Requests per second. */
  readonly rate: number;
  /** Seconds. */
  readonly duration: number;
}

/** Prompts that begin alike in groups, as those of applications with long instructions do. Lengths are in tokens. */
export interface SharedPrefixData {
  /** Groups, each with a beginning of its own. */
  readonly groups: number;
  readonly promptsPerGroup: number;
  /** Of the beginning that a group shares. */
  readonly systemPromptLength: number;
  /** Of what follows, which no two prompts share. */
  readonly questionLength: number;
  readonly outputLength: number;
}

/** What a benchmark sends, and how fast. */
export interface BenchmarkProfile {
  readonly data: SharedPrefixData;
  readonly stages: readonly LoadStage[];
  /** How requests are spread within a stage. */
  readonly arrival: "poisson" | "constant";
  /** Processes that send. */
  readonly workers: number;
  /** Requests that one of them has open at a time. */
  readonly concurrencyPerWorker: number;
}

/**
 * The workload that llm-d measures intelligent inference scheduling with: 750 prompts of 7,200 tokens in 150 groups, at 3 to 60 requests
 * per second, after a warm-up.
 *
 * Source: the report in llm-d's guide "inference-scheduling", section "Benchmarking Report".
 */
export function sharedPrefixProfile(): BenchmarkProfile {
  const seconds: readonly (readonly [rate: number, duration: number])[] = [
    [15, 50],
    [3, 20],
    [10, 20],
    [15, 20],
    [20, 38],
    [22, 34],
    [25, 30],
    [30, 25],
    [35, 21],
    [40, 38],
    [43, 36],
    [46, 33],
    [49, 30],
    [52, 29],
    [55, 27],
    [57, 26],
    [60, 25],
  ];
  return {
    data: { groups: 150, promptsPerGroup: 5, systemPromptLength: 6000, questionLength: 1200, outputLength: 1000 },
    stages: seconds.map(([rate, duration]) => ({ rate, duration })),
    arrival: "poisson",
    workers: 224,
    concurrencyPerWorker: 100,
  };
}
