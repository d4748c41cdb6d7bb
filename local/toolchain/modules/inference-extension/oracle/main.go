// The oracle says whether the endpoint picker of the inference extension would start with a configuration, as JSON lines: one
// request {"id", "config"} on stdin, one response {"id"} or {"id", "error"} on stdout. It runs the code that cmd/epp runs with its
// --config-text, up to the point where it needs a cluster.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
	_ "unsafe"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"

	configapi "sigs.k8s.io/gateway-api-inference-extension/apix/config/v1alpha1"
	"sigs.k8s.io/gateway-api-inference-extension/cmd/epp/runner"
	"sigs.k8s.io/gateway-api-inference-extension/pkg/epp/config"
	"sigs.k8s.io/gateway-api-inference-extension/pkg/epp/datalayer"
	"sigs.k8s.io/gateway-api-inference-extension/pkg/epp/datastore"
	"sigs.k8s.io/gateway-api-inference-extension/pkg/epp/flowcontrol/registry"
	extractormetrics "sigs.k8s.io/gateway-api-inference-extension/pkg/epp/framework/plugins/datalayer/extractor/metrics"
	runserver "sigs.k8s.io/gateway-api-inference-extension/pkg/epp/server"
)

type request struct {
	ID     json.RawMessage `json:"id"`
	Config string          `json:"config"`
}

type response struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error,omitempty"`
}

//go:linkname parseConfigurationPhaseOne sigs.k8s.io/gateway-api-inference-extension/cmd/epp/runner.(*Runner).parseConfigurationPhaseOne
func parseConfigurationPhaseOne(r *runner.Runner, ctx context.Context, opts *runserver.Options) (*configapi.EndpointPickerConfig, error)

//go:linkname parseConfigurationPhaseTwo sigs.k8s.io/gateway-api-inference-extension/cmd/epp/runner.(*Runner).parseConfigurationPhaseTwo
func parseConfigurationPhaseTwo(r *runner.Runner, ctx context.Context, rawConfig *configapi.EndpointPickerConfig, ds datastore.Datastore) (*config.Config, error)

func main() {
	ctrl.SetLogger(logr.Discard())
	// The latency predictor asks its server once when it starts, and goes on without an answer. Nothing listens here.
	os.Setenv("TRAINING_SERVER_URL", "http://127.0.0.1:1")
	os.Setenv("PREDICTION_SERVER_URL", "http://127.0.0.1:1")
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var req request
		res := response{}
		if err := json.Unmarshal(in.Bytes(), &req); err != nil {
			res.Error = err.Error()
		} else {
			res.ID = req.ID
			if err := judge(req.Config); err != nil {
				res.Error = err.Error()
			}
		}
		if err := out.Encode(res); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// judge does what Runner.setup does with a configuration before it starts its manager. Plugins live as long as the context.
func judge(text string) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	ctx, cancel := context.WithCancel(log.IntoContext(context.Background(), logr.Discard()))
	defer cancel()
	r := runner.NewRunner()
	raw, err := parseConfigurationPhaseOne(r, ctx, &runserver.Options{ConfigText: text})
	if err != nil {
		return err
	}
	legacyMetrics := false
	for _, gate := range raw.FeatureGates {
		legacyMetrics = legacyMetrics || gate == datalayer.EnableLegacyMetricsFeatureGate
	}
	runtime := datalayer.NewRuntime(time.Second)
	cfg, err := parseConfigurationPhaseTwo(r, ctx, raw, datastore.NewDatastore(ctx, runtime, 8000))
	if err != nil {
		return err
	}
	disallowed := ""
	if legacyMetrics {
		disallowed = extractormetrics.MetricsExtractorType
	}
	if err := runtime.Configure(cfg.DataConfig, !legacyMetrics, disallowed, logr.Discard()); err != nil {
		return err
	}
	if cfg.FlowControlConfig != nil {
		_, err = registry.NewFlowRegistry(cfg.FlowControlConfig.Registry, logr.Discard())
	}
	return err
}
