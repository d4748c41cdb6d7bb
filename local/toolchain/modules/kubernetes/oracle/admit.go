package main

import (
	"context"
	"path/filepath"
	"slices"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apifield "k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// handlers is declared in main.go.
func init() { handlers["admit"] = handleAdmit }

// crdChecks are what the API server checks an object of a CRD with.
type crdChecks struct {
	structural *schema.Structural
	schema     validation.SchemaValidator
	rules      *cel.Validator
}

var checksByFile sync.Map

// handleAdmit checks an object of a CRD as the API server does before it stores it: schema, lists with keys, rules in CEL.
// {kind, object, crds} -> {errors, pruned}; pruned are the paths of the fields that it would drop.
func handleAdmit(line []byte) (map[string]any, error) {
	var req struct {
		Kind   string         `json:"kind"`
		Object map[string]any `json:"object"`
		CRDs   string         `json:"crds"`
	}
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	checks, err := checksOf(req.CRDs, req.Kind)
	if err != nil {
		return nil, err
	}
	delete(req.Object, "metadata")
	pruned := pruning.PruneWithOptions(req.Object, checks.structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	defaulting.PruneNonNullableNullsWithoutDefaults(req.Object, checks.structural)
	defaulting.Default(req.Object, checks.structural)
	errs := validation.ValidateCustomResource(nil, req.Object, checks.schema)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, checks.structural, req.Object)...)
	// As in the API server, rules are asked only where the schema holds.
	if len(errs) == 0 {
		found, _ := checks.rules.Validate(context.Background(), nil, checks.structural, req.Object, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, found...)
	}
	return map[string]any{"errors": problems(errs), "pruned": slices.Sorted(slices.Values(pruned))}, nil
}

func problems(errs apifield.ErrorList) []problem {
	found := []problem{}
	for _, err := range errs {
		found = append(found, problem{Field: err.Field, Type: string(err.Type), Detail: err.Detail})
	}
	return found
}

func checksOf(folder, kind string) (*crdChecks, error) {
	structural, err := structuralSchema(folder, kind)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, crdFiles[kind])
	load, _ := checksByFile.LoadOrStore(path, sync.OnceValues(func() (*crdChecks, error) {
		internal, err := internalSchema(path)
		if err != nil {
			return nil, err
		}
		validator, _, err := validation.NewSchemaValidator(internal)
		if err != nil {
			return nil, err
		}
		return &crdChecks{structural, validator, cel.NewValidator(structural, true, celconfig.PerCallLimit)}, nil
	}))
	return load.(func() (*crdChecks, error))()
}
