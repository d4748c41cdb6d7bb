package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"sigs.k8s.io/yaml"
)

var crdFiles = map[string]string{
	"LLMInferenceService":       "serving.kserve.io_llminferenceservices.yaml",
	"LLMInferenceServiceConfig": "serving.kserve.io_llminferenceserviceconfigs.yaml",
}

var schemas sync.Map

// handleDefault does to an object of a CRD what the API server does before it stores it, validation excepted: sets defaults,
// drops unknown fields and nulls. {kind, object, crds} -> {object}; crds is KServe's folder config/crd/full/llmisvc.
func handleDefault(line []byte) (map[string]any, error) {
	var req struct {
		Kind   string         `json:"kind"`
		Object map[string]any `json:"object"`
		CRDs   string         `json:"crds"`
	}
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	structural, err := structuralSchema(req.CRDs, req.Kind)
	if err != nil {
		return nil, err
	}
	metadata, hasMetadata := req.Object["metadata"]
	defaulting.Default(req.Object, structural)
	pruning.Prune(req.Object, structural, true)
	defaulting.PruneNonNullableNullsWithoutDefaults(req.Object, structural)
	if hasMetadata {
		// The CRD says nothing about it; the API server handles it on its own.
		req.Object["metadata"] = metadata
	}
	return map[string]any{"object": req.Object}, nil
}

func structuralSchema(folder, kind string) (*schema.Structural, error) {
	file, ok := crdFiles[kind]
	if !ok {
		return nil, fmt.Errorf("unknown kind %q", kind)
	}
	path := filepath.Join(folder, file)
	load, _ := schemas.LoadOrStore(path, sync.OnceValues(func() (*schema.Structural, error) { return readSchema(path) }))
	return load.(func() (*schema.Structural, error))()
}

func readSchema(path string) (*schema.Structural, error) {
	internal, err := internalSchema(path)
	if err != nil {
		return nil, err
	}
	return schema.NewStructural(internal)
}

// internalSchema is what the CRD in a file says about v1alpha2.
func internalSchema(path string) (*apiextensions.JSONSchemaProps, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(content, &crd); err != nil {
		return nil, err
	}
	for _, version := range crd.Spec.Versions {
		if version.Name == "v1alpha2" {
			var internal apiextensions.JSONSchemaProps
			return &internal, apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(
				version.Schema.OpenAPIV3Schema, &internal, nil)
		}
	}
	return nil, fmt.Errorf("%s has no version v1alpha2", path)
}
