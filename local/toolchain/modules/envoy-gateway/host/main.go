// Envoy Gateway as a process of the embedded environment. The controller's code is upstream's; this is a main function of our own,
// because upstream's reads its certificates from /certs and has no options for its ports, and several clusters run side by side.
//
// Differences from `envoy-gateway server`: certificates and the address of the health server come by flags; no leader is elected;
// metrics are not served; the xDS servers, which no Envoy would ask here, do not listen.
//
// Commands other than `server` (such as certgen) are upstream's.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	_ "unsafe"

	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	egv1a1 "github.com/envoyproxy/gateway/api/v1alpha1"
	"github.com/envoyproxy/gateway/cmd/envoy-gateway/root"
	"github.com/envoyproxy/gateway/internal/admin"
	"github.com/envoyproxy/gateway/internal/envoygateway/config"
	"github.com/envoyproxy/gateway/internal/envoygateway/config/loader"
	extensionregistry "github.com/envoyproxy/gateway/internal/extension/registry"
	gatewayapirunner "github.com/envoyproxy/gateway/internal/gatewayapi/runner"
	infrarunner "github.com/envoyproxy/gateway/internal/infrastructure/runner"
	"github.com/envoyproxy/gateway/internal/logging"
	"github.com/envoyproxy/gateway/internal/message"
	providerrunner "github.com/envoyproxy/gateway/internal/provider/runner"
	"github.com/envoyproxy/gateway/internal/xds/bootstrap"
	xdsrunner "github.com/envoyproxy/gateway/internal/xds/runner"
)

//go:linkname healthProbeBindAddress github.com/envoyproxy/gateway/internal/provider/kubernetes.healthProbeBindAddress
var healthProbeBindAddress string

//go:linkname webhookTLSCertDir github.com/envoyproxy/gateway/internal/provider/kubernetes.webhookTLSCertDir
var webhookTLSCertDir string

//go:linkname webhookTLSPort github.com/envoyproxy/gateway/internal/provider/kubernetes.webhookTLSPort
var webhookTLSPort int

func main() {
	ctx := ctrl.SetupSignalHandler()
	run := func() error { return root.GetRootCommand(nil).ExecuteContext(ctx) }
	if len(os.Args) > 1 && os.Args[1] == "server" {
		run = func() error { return serve(ctx, os.Args[2:]) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("server", flag.ContinueOnError)
	configPath := flags.String("config-path", "", "EnvoyGateway configuration, followed for changes")
	certificates := flags.String("certificates", "/certs", "folder with tls.crt, tls.key and ca.crt")
	health := flags.String("health-address", "127.0.0.1:0", "where /healthz and /readyz are served")
	adminPort := flags.Int("admin-port", 0, "port of the admin server on the loopback interface")
	webhookPort := flags.Int("webhook-port", 9443, "port of the topology injector's webhook, when it is enabled")
	if err := flags.Parse(args); err != nil {
		return err
	}
	healthProbeBindAddress = *health
	webhookTLSCertDir = *certificates
	webhookTLSPort = *webhookPort
	metricsserver.DefaultBindAddress = "0"

	cfg, err := config.New(os.Stdout, os.Stderr)
	if err != nil {
		return err
	}
	if *configPath != "" {
		decoded, err := config.Decode(*configPath)
		if err != nil {
			return fmt.Errorf("failed to decode %s: %w", *configPath, err)
		}
		decoded.SetEnvoyGatewayDefaults()
		decoded.Logging.SetEnvoyGatewayLoggingDefaults()
		cfg.EnvoyGateway = decoded
		cfg.Logger = logging.NewLogger(os.Stdout, decoded.Logging)
	}
	if err := cfg.Validate(); err != nil {
		return err
	}
	occupyXdsPort(ctx, cfg.Logger)

	// The loader calls this again when the file has changed.
	start := func(ctx context.Context, cfg *config.Server) error {
		narrow(cfg, *adminPort)
		return startRunners(ctx, cfg, *certificates)
	}
	watched := loader.New(*configPath, cfg, start)
	if err := watched.Start(ctx, os.Stdout); err != nil {
		return err
	}
	select {
	case err := <-watched.Errors():
		watched.Wait()
		return err
	case <-ctx.Done():
		watched.Wait()
		return nil
	}
}

// narrow changes what cannot be, or need not be, as in a cluster.
func narrow(cfg *config.Server, adminPort int) {
	settings := cfg.EnvoyGateway
	kubernetes := settings.GetEnvoyGatewayProvider().GetEnvoyGatewayKubeProvider()
	kubernetes.LeaderElection = &egv1a1.LeaderElection{Disable: ptr.To(true)}
	settings.Admin = &egv1a1.EnvoyGatewayAdmin{
		Address: &egv1a1.EnvoyGatewayAdminAddress{Host: "127.0.0.1", Port: adminPort},
	}
	if settings.RateLimit != nil {
		cfg.Logger.Info("the rate limit service gets no configuration here: its xDS server is not started")
	}
}

type runner interface {
	Start(context.Context) error
	Name() string
	Close() error
}

// startRunners does what the function of the same name in upstream's internal/cmd/server.go does, without the servers for traces,
// metrics and rate limits.
func startRunners(ctx context.Context, cfg *config.Server, certificates string) error {
	resources := new(message.ProviderResources)
	xdsIR := new(message.XdsIR)
	infraIR := new(message.InfraIR)
	runnerErrors := &message.RunnerErrors{}
	defer runnerErrors.Close()
	cfg.Elected = make(chan struct{})
	cfg.ProviderReady = make(chan struct{})
	extensions, err := extensionregistry.NewManager(cfg, true)
	if err != nil {
		return err
	}
	runners := []runner{
		// The infrastructure needs the client that the provider makes.
		providerrunner.New(&providerrunner.Config{Server: *cfg, ProviderResources: resources, RunnerErrors: runnerErrors}),
		gatewayapirunner.New(&gatewayapirunner.Config{
			Server: *cfg, ProviderResources: resources, RunnerErrors: runnerErrors, XdsIR: xdsIR, InfraIR: infraIR, ExtensionManager: extensions,
		}),
		xdsrunner.New(&xdsrunner.Config{
			Server: *cfg, XdsIR: xdsIR, ExtensionManager: extensions, ProviderResources: resources, RunnerErrors: runnerErrors,
			TLSCertPath: filepath.Join(certificates, "tls.crt"),
			TLSKeyPath:  filepath.Join(certificates, "tls.key"),
			TLSCaPath:   filepath.Join(certificates, "ca.crt"),
		}),
		infrarunner.New(&infrarunner.Config{Server: *cfg, InfraIR: infraIR, RunnerErrors: runnerErrors}),
		admin.New(&admin.Config{Server: *cfg, ProviderResources: resources, RunnerErrors: runnerErrors}),
	}
	for _, r := range runners {
		cfg.Logger.Info("Starting runner", "name", r.Name())
		if err := r.Start(ctx); err != nil {
			return fmt.Errorf("%s: %w", r.Name(), err)
		}
	}
	<-ctx.Done()
	xdsIR.Close()
	for _, r := range runners {
		if err := r.Close(); err != nil {
			cfg.Logger.Error(err, "failed to close runner", "name", r.Name())
		}
	}
	extensions.CleanupHookConns()
	return nil
}

// occupyXdsPort takes the fixed port of the xDS server on the loopback interface, so that the runner, which would listen on all
// interfaces, finds it taken; it logs that and works on. When another process has the port the same happens without us. (On macOS
// both can be had, and the xDS server listens; it asks for client certificates.)
func occupyXdsPort(ctx context.Context, logger logging.Logger) {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(bootstrap.DefaultXdsServerPort)))
	if err != nil {
		return
	}
	logger.Info("the xDS server does not listen: no Envoy runs here, and an error about its address may be passed over")
	go func() {
		<-ctx.Done()
		_ = listener.Close()
	}()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
}
