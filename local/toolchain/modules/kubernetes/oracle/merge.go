package main

import (
	"context"
	"errors"
	"time"

	"github.com/kserve/kserve/pkg/apis/serving/v1alpha2"
	"github.com/kserve/kserve/pkg/controller/v1alpha2/llmisvc"
)

// handleMerge folds specs from low to high: {specs: [...]} -> {spec}.
func handleMerge(line []byte) (map[string]any, error) {
	var req struct {
		Specs []v1alpha2.LLMInferenceServiceSpec `json:"specs"`
	}
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	spec, err := llmisvc.MergeSpecs(context.Background(), req.Specs...)
	if err != nil {
		return nil, err
	}
	return map[string]any{"spec": spec}, nil
}

// handleBench merges the same specs again and again: {specs, iterations?, seconds?} -> {iterations, nanoseconds}. The
// request's decoding is not counted; the decoding and encoding that MergeSpecs itself does is.
func handleBench(line []byte) (map[string]any, error) {
	var req struct {
		Specs      []v1alpha2.LLMInferenceServiceSpec `json:"specs"`
		Iterations int                                `json:"iterations"`
		Seconds    float64                            `json:"seconds"`
	}
	if err := decode(line, &req); err != nil {
		return nil, err
	}
	if req.Iterations <= 0 && req.Seconds <= 0 {
		return nil, errors.New("iterations or seconds must be greater than 0")
	}
	iterations := 0
	limit := time.Duration(req.Seconds * float64(time.Second))
	start := time.Now()
	for iterations < req.Iterations || time.Since(start) < limit {
		if _, err := llmisvc.MergeSpecs(context.Background(), req.Specs...); err != nil {
			return nil, err
		}
		iterations++
	}
	return map[string]any{"iterations": iterations, "nanoseconds": time.Since(start).Nanoseconds()}, nil
}
