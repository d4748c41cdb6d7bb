export {
  findAccelerator,
  listAccelerators,
  listMachines,
  listTopologies,
  sourceText,
} from "./sdk/accelerators/catalogue";
export {
  findMachine,
  type MachineAlternative,
  type MachineRequest,
  type MachineResult,
} from "./sdk/accelerators/findMachine";
export {
  type AcceleratorToleration,
  nodeSelectorFor,
  type PlacementArgs,
  type PlacementCloud,
  resourceLimits,
  tolerationsFor,
} from "./sdk/accelerators/placement";
export {
  type Accelerator,
  type AcceleratorName,
  acceleratorNames,
  type AcceleratorResource,
  type AcceleratorVendor,
  type AdditionalNics,
  type Capacity,
  type CapacityKind,
  capacityKinds,
  type Cloud,
  type EksAccelerator,
  type EksMachine,
  type GkeAccelerator,
  type GkeMachine,
  type Machine,
  type Sourced,
  type TpuTopology,
} from "./sdk/accelerators/types";
export {
  type BenchmarkProfile,
  type LoadStage,
  type SharedPrefixData,
  sharedPrefixProfile,
} from "./sdk/benchmark/profile";
export type { ConfigFragment } from "./sdk/api/configFragment";
export { clusterPartsFor } from "./sdk/clusterParts/decide";
export { gkeNvidiaLabels } from "./sdk/clusterParts/nvidia";
export type {
  ClusterPart,
  ClusterPartName,
  ClusterPartsDecision,
  ClusterPartsPlan,
  EfaStack,
  EksAutoscaler,
  ModelCacheKind,
  ModelCachePlan,
  NeuronStack,
  NvidiaStack,
  PartsPool,
  ProvidedPart,
} from "./sdk/clusterParts/types";
export { Criticality } from "./sdk/api/constants";
export type {
  AllowedRoutes,
  GatewayListenerArgs,
  GatewayTlsArgs,
  IssuerReference,
  LabelExpression,
  LabelSelector,
  PemCertificate,
} from "./sdk/gateways/listeners";
export type { AcmeIssuerArgs, AcmeSolverArgs, CaIssuerArgs, IssuerArgs } from "./sdk/gateways/issuers";
export type { ApiKeyArgs, GatewayAuthenticationArgs, GatewayRateLimitArgs, JwtArgs } from "./sdk/gateways/policies";
export type { LoadBalancerArgs, LoadBalancerCloud, RequestedAddress } from "./sdk/gateways/loadBalancer";
export type * from "./sdk/api/gatewayTypes";
export type * from "./sdk/api/llmInferenceService";
export { childName, type ChildNames, childNames } from "./sdk/api/names";
export type { ArtifactMirrors } from "./sdk/artifacts";
export { CompositionMode } from "./sdk/compose/compose";
export type { OriginEntry } from "./sdk/compose/explain";
export type { ChartMirrors } from "./sdk/charts";
export { gatewayControllerFacts, gatewayControllerNames } from "./sdk/gateways/facts";
export type { GatewayControllerFacts, GatewayControllerName, GatewayControllerPlan } from "./sdk/gateways/types";
export type { ControllerSettings } from "./sdk/compose/settings";
export type { CompositionWarning } from "./sdk/compose/warnings";
export {
  type Cause,
  CauseCode,
  type Diagnosis,
  type FalseCondition,
  type ServiceReference,
} from "./sdk/diagnosis/diagnosis";
export { diagnosisLines } from "./sdk/diagnosis/lines";
export {
  destinationHeader,
  endpointPickerBootstrap,
  type EndpointPickerProxy,
  type EnvoyBootstrap,
} from "./sdk/gateways/envoyBootstrap";
export {
  type EnvoyAiGatewayAddress,
  type EnvoyGatewayValues,
  envoyGatewayValues,
  type EnvoyGatewayWiring,
} from "./sdk/gateways/envoyValues";
export type { PreflightCode, Severity } from "./sdk/preflight/codes";
export type { Finding } from "./sdk/preflight/finding";
export type * from "./sdk/preflight/plan";
export { preflight } from "./sdk/preflight/preflight";
export type { AlertThresholds, TimeToFirstTokenObjective } from "./sdk/monitoring/alerts";
export type { NetworkAllowances } from "./sdk/platform/networkPolicies";
export type { NetworkPeer } from "./sdk/platform/networkPeers";
export type { TraceExporters } from "./sdk/platform/openTelemetryValues";
export type { ExistingPart, PlatformPart } from "./sdk/platform/part";
export { type PodSecurityArgs, PodSecurityLevel } from "./sdk/platform/podSecurity";
export type { PrometheusAccess } from "./sdk/platform/prometheusAccess";
export type { SaturationArgs } from "./sdk/platform/wvaValues";
export { ConfigurationError, type Problem } from "./sdk/problems";
export {
  type Contract,
  type ContractField,
  contractsOutput,
  type ContractVersion,
  defineContract,
  spokenContracts,
} from "./sdk/references/contract";
export {
  inferencePlatformContract,
  type InferencePlatformFields,
  type PublishedAddress,
  type PublishedGatewayController,
  type PublishedPlatform,
  type PublishedService,
} from "./sdk/references/inferencePlatform";
export { type ReadContract, readContract, type StackOutput, type StackOutputs } from "./sdk/references/read";
export { accelerator, type AcceleratorArgs, type OtherHardware } from "./sdk/recipes/accelerator";
export { kvCacheOffloading, type KvCacheOffloadingArgs, type KvCacheTier } from "./sdk/recipes/cache";
export { disaggregated, type DisaggregatedArgs, type RoleArgs } from "./sdk/recipes/disaggregation";
export { deviceClaim, type DeviceClaimArgs } from "./sdk/recipes/dra";
export {
  type LoraAdapterArgs,
  model,
  type ModelArgs,
  type ModelCredentialsRef,
  type ModelUri,
} from "./sdk/recipes/model";
export { nixlTransfer, type NixlTransferArgs } from "./sdk/recipes/nixlTransfer";
export {
  acceleratorsPerPod,
  groupSize,
  multiNode,
  type MultiNodeArgs,
  type MultiNodeFragment,
  type Parallelism,
  singleNode,
  type SingleNodeArgs,
} from "./sdk/recipes/parallelism";
export {
  pipelineParallelConfig,
  type PipelineParallelConfig,
  type PipelineParallelConfigArgs,
} from "./sdk/recipes/parallelismPipeline";
export {
  customPool,
  type CustomPoolArgs,
  type PickerService,
  PoolFailureMode,
  referencedPool,
  type ReferencedPoolArgs,
} from "./sdk/recipes/pool";
export { precisePrefixCache, type PrecisePrefixCacheArgs } from "./sdk/recipes/precisePrefixCache";
export { hardening, type HardeningArgs, type ProbeTiming, type SpreadDomain } from "./sdk/recipes/hardening";
export { pinImages, type PinImagesArgs, pinnedImage } from "./sdk/recipes/images";
export type { RecipeOptions } from "./sdk/recipes/recipeChecks";
export {
  canary,
  type CanaryArgs,
  ingress,
  type IngressArgs,
  managedRouter,
  type ManagedRouterArgs,
  referencedRoutes,
  type ReferencedRoutesArgs,
} from "./sdk/recipes/router";
export {
  customRoute,
  type CustomRouteArgs,
  type RoutedService,
  type RouteRule,
  type RouteTimeouts,
  type ServiceBackend,
} from "./sdk/recipes/routerRules";
export {
  autoscale,
  type AutoscaleArgs,
  Autoscaler,
  replicas,
  type ReplicasArgs,
  ScaledWorkload,
} from "./sdk/recipes/scaling";
export {
  storageInitializer,
  type StorageInitializerArgs,
  withoutStorageInitializer,
  type WithoutStorageInitializerArgs,
} from "./sdk/recipes/storage";
export { tracing, type TracingArgs } from "./sdk/recipes/tracing";
export { vllm, type VllmArgs, type VllmOptions } from "./sdk/recipes/vllm";
export { WorkloadPod } from "./sdk/recipes/workloadPods";
export { checkEndpointPickerConfig, type EndpointPickerCheckOptions } from "./sdk/scheduler/check";
export type * from "./sdk/scheduler/config";
export { endpointPickerConfig } from "./sdk/scheduler/config";
export { schedulerFragment, type SchedulerFragmentOptions } from "./sdk/scheduler/fragment";
export type * from "./sdk/scheduler/plugins";
export {
  activeRequestScorer,
  approximatePrefixProducer,
  decodeFilter,
  disaggregatedProfileHandler,
  kvCacheScorer,
  latencyScorer,
  loraAffinityScorer,
  maxScorePicker,
  noHitLruScorer,
  predictedLatencyProducer,
  prefillFilter,
  prefixCacheAffinityFilter,
  prefixCacheScorer,
  queueScorer,
  randomPicker,
  runningRequestsScorer,
  schedulerPlugin,
  singleProfileHandler,
  weightedRandomPicker,
} from "./sdk/scheduler/plugins";
export {
  latencyScheduler,
  type PrefillDecodeSchedulerArgs,
  prefillDecodeScheduler,
  prefixReuseScheduler,
  type SchedulerWeights,
  throughputScheduler,
  type WeightedSchedulerArgs,
} from "./sdk/scheduler/presets";
export { type ExtraPlugins, type PluginKind, SchedulerRouter } from "./sdk/scheduler/routers";
export { versions } from "./sdk/versions";

export type {
  ClusterCloud,
  ClusterHandle,
  EksClusterDetails,
  GkeClusterDetails,
} from "./components/clusters/clusterHandle";
export type * from "./components/clusters/clusterHandle";
export {
  ClusterParts,
  type ClusterPartsArgs,
  type KarpenterArgs,
  type ModelCacheArgs,
} from "./components/clusters/clusterParts";
export { EksCluster } from "./components/clusters/eks";
export {
  type EksAccessArgs,
  EksAccessPolicy,
  type EksAddonArgs,
  type EksAuthenticationArgs,
  type EksClusterArgs,
  type EksControlPlaneArgs,
  type EksNetworkArgs,
  type EksSystemPoolArgs,
} from "./components/clusters/eksArgs";
export { ExistingCluster, type ExistingClusterArgs } from "./components/clusters/existing";
export type { PartMirrors } from "./components/clusters/partMirrors";
export { GkeCluster } from "./components/clusters/gke";
export {
  type GkeClusterArgs,
  type GkeControlPlaneArgs,
  type GkeMaintenanceArgs,
  type GkeNetworkArgs,
  GkeReleaseChannel,
  type GkeStorageDriverArgs,
  type GkeSystemPoolArgs,
} from "./components/clusters/gkeArgs";
export { CrdDeletion, CrdOwnership } from "./components/crds/crdBundle";
export {
  type ClusterAccessArgs,
  InferencePlatform,
  type InferencePlatformArgs,
  type PlatformGatewayArgs,
} from "./components/inferencePlatform";
export { AcceleratorPool } from "./components/nodepools/acceleratorPool";
export type {
  AcceleratorPoolArgs,
  CapacityRungArgs,
  GpuArgs,
  LocalSsdArgs,
  PoolDiskArgs,
  PoolTaintArgs,
  PoolTransforms,
  RdmaArgs,
  UpgradeArgs,
} from "./components/nodepools/poolArgs";
export type { PoolFragmentArgs, PoolToleration } from "./components/nodepools/poolFragment";
export {
  createGatewayController,
  type GatewayControllerArgs,
  type GatewayControllerContext,
  type GatewayControllerHandle,
  type ScheduledService,
} from "./components/networking/controllers/controller";
export { Istio } from "./components/networking/controllers/istio";
export type * from "./components/networking/controllers/istioArgs";
export {
  EnvoyAiGateway,
  type EnvoyAiGatewayArgs,
  type EnvoyAiGatewayCertificate,
} from "./components/networking/controllers/envoyAiGateway";
export { EnvoyGateway, type EnvoyGatewayArgs } from "./components/networking/controllers/envoyGateway";
export type { EnvoyProxiesArgs } from "./components/networking/controllers/envoyProxies";
export type { EnvoyRateLimit } from "./sdk/gateways/envoyValues";
export type {
  DigitalOceanGatewayArgs,
  DigitalOceanLoadBalancerArgs,
} from "./components/networking/controllers/digitalOcean";
export {
  GkeGateway,
  type GkeBackendArgs,
  type GkeGatewayArgs,
  type GkeHealthCheckArgs,
  type ProxyOnlySubnetArgs,
} from "./components/networking/controllers/gkeGateway";
export { ExistingGatewayClass, type ExistingGatewayClassArgs } from "./components/networking/controllers/existing";
export { Gateway } from "./components/networking/gateway";
export type { GatewayAddress, GatewayArgs, GatewayListenerStatus } from "./components/networking/gatewayArgs";
export { GatewayApiCrds, type GatewayApiCrdsArgs } from "./components/networking/gatewayApiCrds";
export type { GatewayApiChannel, GatewayApiVersion } from "./sdk/gateways/gatewayApi";
export {
  InferenceExtensionCrds,
  type InferenceExtensionCrdsArgs,
} from "./components/networking/inferenceExtensionCrds";
export { CertManager, type CertManagerArgs } from "./components/platform/certManager";
export { CertManagerCrds, type CertManagerCrdsArgs } from "./components/platform/certManagerCrds";
export type { ExistingCertManagerArgs } from "./components/platform/platformCertManager";
export { KServe, type KServeArgs, type KServeControllerArgs, kservePresets } from "./components/platform/kserve";
export { InferenceMonitoring, type InferenceMonitoringArgs } from "./components/monitoring/inferenceMonitoring";
export {
  type GrafanaArgs,
  PrometheusStack,
  type PrometheusStackArgs,
  type PrometheusTlsArgs,
} from "./components/monitoring/prometheusStack";
export {
  ControllerDisruptionBudgets,
  type ControllerDisruptionBudgetsArgs,
} from "./components/platform/controllerDisruptionBudgets";
export { ExternalDns, type ExternalDnsArgs } from "./components/platform/externalDns";
export { Keda, type KedaArgs } from "./components/platform/keda";
export type { KServeAutoscaling } from "./components/platform/kserveConfiguration";
export { Agentgateway, type AgentgatewayArgs } from "./components/networking/controllers/agentgateway";
export type { ChartedControllerArgs, ControllerCrds } from "./components/networking/controllers/chartedController";
export { Kgateway, type KgatewayArgs } from "./components/networking/controllers/kgateway";
export { StandaloneRouter, type StandaloneRouterArgs } from "./components/networking/standaloneRouter";
export type { KServeCertificates, ProvidedCertificate } from "./components/platform/kserveCertificates";
export { KServeCrds, type KServeCrdsArgs } from "./components/platform/kserveCrds";
export { LeaderWorkerSet, type LeaderWorkerSetArgs } from "./components/platform/leaderWorkerSet";
export { LeaderWorkerSetCrds, type LeaderWorkerSetCrdsArgs } from "./components/platform/leaderWorkerSetCrds";
export { InferenceNetworkPolicies, type InferenceNetworkPoliciesArgs } from "./components/platform/networkPolicies";
export { OpenTelemetryCollector, type OpenTelemetryCollectorArgs } from "./components/platform/openTelemetryCollector";
export { PrometheusAdapter, type PrometheusAdapterArgs } from "./components/platform/prometheusAdapter";
export { SecuredNamespace, type SecuredNamespaceArgs } from "./components/platform/securedNamespace";
export type {
  PlatformAutoscalingArgs,
  PlatformMonitoringArgs,
  SurroundingsArgs,
} from "./components/platform/surroundings";
export type { ThirdPartyChartArgs } from "./components/platform/thirdPartyChart";
export {
  WorkloadVariantAutoscaler,
  type WorkloadVariantAutoscalerArgs,
} from "./components/platform/workloadVariantAutoscaler";
export {
  WorkloadVariantAutoscalerCrds,
  type WorkloadVariantAutoscalerCrdsArgs,
} from "./components/platform/workloadVariantAutoscalerCrds";
export { ContractReader, type ContractReferenceArgs, type ReadStack } from "./components/references/contractReader";
export {
  InferencePlatformReference,
  type InferencePlatformReferenceArgs,
  type PlatformServiceArgs,
  type ReferencedService,
} from "./components/references/inferencePlatformReference";
export type { BaseRef, Presets } from "./components/serving/composition";
export { diagnoseService, type DiagnosisArgs } from "./components/serving/diagnosis";
export {
  type BenchmarkReport,
  InferenceBenchmark,
  type InferenceBenchmarkArgs,
} from "./components/serving/inferenceBenchmark";
export { InferenceObjective, type InferenceObjectiveArgs } from "./components/serving/inferenceObjective";
export type { PreflightArgs } from "./components/serving/preflight";
export { LLMInferenceService, type LLMInferenceServiceArgs } from "./components/serving/llmInferenceService";
export {
  type ExistingConfig,
  LLMInferenceServiceConfig,
  type LLMInferenceServiceConfigArgs,
} from "./components/serving/llmInferenceServiceConfig";
export {
  ModelCredentials,
  type ModelCredentialsArgs,
  type S3CredentialsArgs,
} from "./components/serving/modelCredentials";
export {
  DisruptedWorkload,
  ServiceDisruptionBudget,
  type ServiceDisruptionBudgetArgs,
} from "./components/serving/serviceDisruptionBudget";
