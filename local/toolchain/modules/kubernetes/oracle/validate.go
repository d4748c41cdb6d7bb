package main

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/kserve/kserve/pkg/apis/serving/v1alpha2"
	"github.com/kserve/kserve/pkg/controller/v1alpha2/llmisvc"
)

type problem struct {
	Field  string `json:"field"`
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

// handleValidate asks the validating webhook: {service, old?} -> {errors, warnings}. Both objects are defaulted as by the
// mutating webhook first.
func handleValidate(line []byte) (map[string]any, error) {
	var req struct {
		Service *v1alpha2.LLMInferenceService `json:"service"`
		Old     *v1alpha2.LLMInferenceService `json:"old"`
	}
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	if req.Service == nil {
		return nil, errors.New("service is missing")
	}
	ctx := context.Background()
	validator := &v1alpha2.LLMInferenceServiceValidator{}
	req.Service.SetDefaults(ctx)
	if req.Old == nil {
		return verdict(validator.ValidateCreate(ctx, req.Service))
	}
	req.Old.SetDefaults(ctx)
	return verdict(validator.ValidateUpdate(ctx, req.Old, req.Service))
}

// handleValidateConfig asks the validating webhook of configs: {config, settings?} -> {errors, warnings}. The webhook also
// renders the config with a sample service; what fails there is an error without a field.
func handleValidateConfig(line []byte) (map[string]any, error) {
	var req struct {
		Config   *v1alpha2.LLMInferenceServiceConfig `json:"config"`
		Settings *llmisvc.Config                     `json:"settings"`
	}
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	if req.Config == nil {
		return nil, errors.New("config is missing")
	}
	settings := req.Settings
	if settings == nil {
		settings = &llmisvc.Config{}
	}
	validator := &v1alpha2.LLMInferenceServiceConfigValidator{
		WellKnownConfigChecker: llmisvc.WellKnownDefaultConfigs.Has,
		ConfigValidationFunc: func(_ context.Context, config *v1alpha2.LLMInferenceServiceConfig) error {
			_, err := llmisvc.ReplaceVariables(llmisvc.LLMInferenceServiceSample(), config, settings)
			return err
		},
	}
	return verdict(validator.ValidateCreate(context.Background(), req.Config))
}

func verdict(warnings admission.Warnings, err error) (map[string]any, error) {
	fields := map[string]any{"errors": []problem{}, "warnings": []string{}}
	if len(warnings) > 0 {
		fields["warnings"] = warnings
	}
	if err == nil {
		return fields, nil
	}
	if invalid := invalidity(err); invalid != nil {
		fields["errors"] = invalid["errors"]
	} else {
		fields["errors"] = []problem{{Type: "Other", Detail: err.Error()}}
	}
	return fields, nil
}

// invalidity lists what a validator objects to; nil for any other failure.
func invalidity(err error) map[string]any {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil || !apierrors.IsInvalid(err) {
		return nil
	}
	problems := []problem{}
	for _, cause := range status.Status().Details.Causes {
		problems = append(problems, problem{Field: cause.Field, Type: string(cause.Type), Detail: cause.Message})
	}
	return map[string]any{"errors": problems}
}
