package main

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	_ "unsafe" // for go:linkname

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kserve/kserve/pkg/apis/serving/v1alpha2"
	"github.com/kserve/kserve/pkg/constants"
	"github.com/kserve/kserve/pkg/controller/v1alpha2/llmisvc"
)

// combineBaseRefsConfig is the controller's whole combination, which KServe does not export.
//
//go:linkname combineBaseRefsConfig github.com/kserve/kserve/pkg/controller/v1alpha2/llmisvc.(*LLMISVCReconciler).combineBaseRefsConfig
func combineBaseRefsConfig(r *llmisvc.LLMISVCReconciler, ctx context.Context, llmSvc *v1alpha2.LLMInferenceService, config *llmisvc.Config, opts ...llmisvc.CombineOption) (*llmisvc.CombinedConfig, error)

// constants.KServeNamespace is a variable of the whole program.
var systemNamespace sync.Mutex

// handleCombine combines a service with the configs of its cluster:
// {service, configs, configMaps, settings} -> {spec, appliedConfigs, modelName, annotations}. The service is defaulted as by
// the mutating webhook first; the CRDs' defaults are the caller's. An inline scheduler configuration that is not JSON, as one
// from a ConfigMap may be, cannot stand in the spec and is given as schedulerConfigText.
func handleCombine(line []byte) (map[string]any, error) {
	var req struct {
		Service    v1alpha2.LLMInferenceService `json:"service"`
		Configs    []json.RawMessage            `json:"configs"`
		ConfigMaps []corev1.ConfigMap           `json:"configMaps"`
		Settings   llmisvc.Config               `json:"settings"`
	}
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	configs, err := readConfigs(req.Configs)
	if err != nil {
		return nil, err
	}
	if req.Settings.SystemNamespace != "" {
		systemNamespace.Lock()
		defer systemNamespace.Unlock()
		constants.KServeNamespace = req.Settings.SystemNamespace
	}
	ctx := context.Background()
	req.Service.SetDefaults(ctx)
	objects := cluster{configs: configs, configMaps: req.ConfigMaps}
	reconciler := &llmisvc.LLMISVCReconciler{
		Client:        objects,
		Clientset:     clientset{objects: objects},
		EventRecorder: &record.FakeRecorder{},
		Validator: func(ctx context.Context, service *v1alpha2.LLMInferenceService) error {
			_, err := (&v1alpha2.LLMInferenceServiceValidator{}).ValidateCreate(ctx, service)
			return err
		},
	}
	combined, err := combineBaseRefsConfig(reconciler, ctx, &req.Service, &req.Settings)
	if err != nil {
		return invalidity(err), err
	}
	fields := map[string]any{
		"spec":           combined.Config.Spec,
		"appliedConfigs": combined.AppliedConfigRefs,
		"modelName":      req.Service.Spec.Model.Name,
		"annotations":    req.Service.Status.Annotations,
	}
	if router := combined.Config.Spec.Router; router != nil && router.Scheduler != nil && router.Scheduler.Config != nil {
		if inline := router.Scheduler.Config.Inline; inline != nil && !json.Valid(inline.Raw) {
			fields["schedulerConfigText"] = string(inline.Raw)
			router.Scheduler.Config.Inline = nil
		}
	}
	return fields, nil
}

// Presets are large and the same in every request: they are decoded once.
var (
	presets      = map[string]*v1alpha2.LLMInferenceServiceConfig{}
	presetsGuard sync.Mutex
)

func readConfigs(texts []json.RawMessage) ([]*v1alpha2.LLMInferenceServiceConfig, error) {
	presetsGuard.Lock()
	defer presetsGuard.Unlock()
	configs := make([]*v1alpha2.LLMInferenceServiceConfig, 0, len(texts))
	for _, text := range texts {
		config, ok := presets[string(text)]
		if !ok {
			config = &v1alpha2.LLMInferenceServiceConfig{}
			if err := decode(text, config); err != nil {
				return nil, err
			}
			if len(text) > 1000 && len(presets) < 100 && strings.HasPrefix(config.Name, "kserve-config-") {
				presets[string(text)] = config
			}
		}
		configs = append(configs, config)
	}
	return configs, nil
}

// cluster serves what the combination reads, and nothing else.
type cluster struct {
	client.Client
	configs    []*v1alpha2.LLMInferenceServiceConfig
	configMaps []corev1.ConfigMap
}

func (c cluster) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	switch object := into.(type) {
	case *v1alpha2.LLMInferenceServiceConfig:
		for i := range c.configs {
			if c.configs[i].Namespace == key.Namespace && c.configs[i].Name == key.Name {
				c.configs[i].DeepCopyInto(object)
				return nil
			}
		}
		return notFound("serving.kserve.io", "llminferenceserviceconfigs", key.Name)
	case *corev1.ConfigMap:
		for i := range c.configMaps {
			if c.configMaps[i].Namespace == key.Namespace && c.configMaps[i].Name == key.Name {
				c.configMaps[i].DeepCopyInto(object)
				return nil
			}
		}
	}
	return notFound("", "configmaps", key.Name)
}

func notFound(group, resource, name string) error {
	return apierrors.NewNotFound(schema.GroupResource{Group: group, Resource: resource}, name)
}

// clientset is where the controller looks for ConfigMaps that its cache does not hold.
type clientset struct {
	kubernetes.Interface
	objects cluster
}

func (c clientset) CoreV1() typedcorev1.CoreV1Interface { return core{objects: c.objects} }

type core struct {
	typedcorev1.CoreV1Interface
	objects cluster
}

func (c core) ConfigMaps(namespace string) typedcorev1.ConfigMapInterface {
	return configMaps{objects: c.objects, namespace: namespace}
}

type configMaps struct {
	typedcorev1.ConfigMapInterface
	objects   cluster
	namespace string
}

func (c configMaps) Get(ctx context.Context, name string, _ metav1.GetOptions) (*corev1.ConfigMap, error) {
	configMap := &corev1.ConfigMap{}
	err := c.objects.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: name}, configMap)
	return configMap, err
}
