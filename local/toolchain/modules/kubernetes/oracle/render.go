package main

import (
	"bytes"
	"fmt"
	"text/template"
	_ "unsafe" // for go:linkname

	"k8s.io/apimachinery/pkg/types"
	"knative.dev/pkg/kmeta"

	"github.com/kserve/kserve/pkg/apis/serving/v1alpha2"
	"github.com/kserve/kserve/pkg/controller/v1alpha2/llmisvc"
)

// The functions that ReplaceVariables gives to templates are closures without captured variables, thus ordinary functions, named
// by their order in the source. checkTemplateFunctions notices when another KServe has them in another order.
//
//go:linkname kvTransferConfig github.com/kserve/kserve/pkg/controller/v1alpha2/llmisvc.ReplaceVariables.func1
func kvTransferConfig(spec any) string

//go:linkname shutdownTimeout github.com/kserve/kserve/pkg/controller/v1alpha2/llmisvc.ReplaceVariables.func2
func shutdownTimeout(spec any, preStop int64) int64

func checkTemplateFunctions() error {
	if timeout := shutdownTimeout(nil, 10); timeout != 45 {
		return fmt.Errorf("shutdownTimeout nil 10 is %d instead of 45: the closures of ReplaceVariables have another order", timeout)
	}
	if arguments := kvTransferConfig(nil); arguments != "" {
		return fmt.Errorf("kvTransferConfig nil is %q: the closures of ReplaceVariables have another order", arguments)
	}
	return nil
}

// globalConfig has the fields that templates find under .GlobalConfig.
type globalConfig struct {
	SystemNamespace             string
	IngressGatewayName          string
	IngressGatewayNamespace     string
	EnableTLS                   bool
	ModelBasedRoutingHeaderName string
	InferencePoolNamespacedName string
}

type renderRequest struct {
	Template string                              `json:"template"`
	Service  *v1alpha2.LLMInferenceService       `json:"service"`
	Spec     *v1alpha2.LLMInferenceServiceSpec   `json:"spec"`
	Settings llmisvc.Config                      `json:"settings"`
	Config   *v1alpha2.LLMInferenceServiceConfig `json:"config"`
}

// handleRender executes a template text as it is, without the JSON around it: {template, service, spec?, settings} -> {text}.
// The spec stands for the merged one, which decides the pool's name only.
func handleRender(line []byte) (map[string]any, error) {
	var req renderRequest
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	if err := checkTemplateFunctions(); err != nil {
		return nil, err
	}
	if req.Service == nil {
		return nil, fmt.Errorf("service is missing")
	}
	data := struct {
		*v1alpha2.LLMInferenceService
		GlobalConfig globalConfig
	}{req.Service, globals(req)}
	functions := template.FuncMap{
		"ChildName":        kmeta.ChildName,
		"kvTransferConfig": kvTransferConfig,
		"shutdownTimeout":  shutdownTimeout,
	}
	parsed, err := template.New("config").Funcs(functions).Option("missingkey=error").Parse(req.Template)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	var text bytes.Buffer
	if err := parsed.Execute(&text, data); err != nil {
		return nil, fmt.Errorf("execute: %w", err)
	}
	return map[string]any{"text": text.String()}, nil
}

func globals(req renderRequest) globalConfig {
	pool := types.NamespacedName{
		Namespace: req.Service.GetNamespace(),
		Name:      (&v1alpha2.SchedulerSpec{}).InferencePoolName(req.Service),
	}
	if req.Spec != nil && req.Spec.Router != nil {
		pool.Name = req.Spec.Router.Scheduler.InferencePoolName(req.Service)
	}
	return globalConfig{
		SystemNamespace:             req.Settings.SystemNamespace,
		IngressGatewayName:          req.Settings.IngressGatewayName,
		IngressGatewayNamespace:     req.Settings.IngressGatewayNamespace,
		EnableTLS:                   req.Settings.EnableTLS,
		ModelBasedRoutingHeaderName: req.Settings.ModelBasedRoutingHeaderName,
		InferencePoolNamespacedName: pool.String(),
	}
}

// handleReplace has KServe render a whole config: {config, service, settings} -> {config}.
func handleReplace(line []byte) (map[string]any, error) {
	var req renderRequest
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	if req.Service == nil || req.Config == nil {
		return nil, fmt.Errorf("service or config is missing")
	}
	config, err := llmisvc.ReplaceVariables(req.Service, req.Config, &req.Settings)
	if err != nil {
		return nil, err
	}
	return map[string]any{"config": config}, nil
}
