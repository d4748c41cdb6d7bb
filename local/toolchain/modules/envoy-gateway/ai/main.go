// Envoy AI Gateway's controller as a process of the embedded environment. The controllers and the extension server that Envoy Gateway
// asks are upstream's; this is a main function of our own, because upstream's has no options for where metrics, profiles and the rate
// limits' configuration are served, and several clusters run side by side. None of the three is served here, and no leader is elected.
//
// It takes the flags that upstream's chart passes; those of what does not run here are read and passed over.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	egextension "github.com/envoyproxy/gateway/proto/extension"

	"github.com/envoyproxy/ai-gateway/internal/controller"
	"github.com/envoyproxy/ai-gateway/internal/extensionserver"
)

// Where the external processor's socket is in the proxies' pods.
const extProcSocket = "/etc/ai-gateway-extproc-uds/run.sock"

const webhookName = "envoy-ai-gateway-gateway-pod-mutator"

type settings struct {
	controller.Options
	namespaces, logLevel, pullPolicy          string
	address                                   string
	certificates, certificate, key, authority string
	webhookPort                               int
	largestMessage                            int
	cacheSyncTimeout                          time.Duration
	quotaService                              string
	quotaTimeout                              int64
	quotaDeny                                 bool
}

func parse(args []string) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("ai-gateway-controller", flag.ContinueOnError)
	optional := func(name string, into **string) {
		flags.Func(name, "as upstream's", func(value string) error {
			*into = &value
			return nil
		})
	}
	flags.StringVar(&s.address, "port", "127.0.0.1:1063", "address of the extension server")
	flags.StringVar(&s.certificates, "tlsCertDir", "/certs", "folder with the webhook's certificate")
	flags.StringVar(&s.certificate, "tlsCertName", "tls.crt", "file of the certificate")
	flags.StringVar(&s.key, "tlsKeyName", "tls.key", "file of the key")
	flags.StringVar(&s.authority, "caBundleName", "ca.crt", "file of the authority")
	flags.IntVar(&s.webhookPort, "webhookPort", 9443, "port of the webhook on the loopback interface")
	flags.StringVar(&s.logLevel, "logLevel", "info", "as upstream's")
	flags.StringVar(&s.namespaces, "watchNamespaces", "", "as upstream's")
	flags.DurationVar(&s.cacheSyncTimeout, "cacheSyncTimeout", 2*time.Minute, "as upstream's")
	flags.IntVar(&s.largestMessage, "maxRecvMsgSize", 4<<20, "as upstream's")
	flags.StringVar(&s.quotaService, "quotaRateLimitServiceAddr", "envoy-ai-gateway-ratelimit.envoy-gateway-system", "as upstream's")
	flags.Int64Var(&s.quotaTimeout, "quotaRateLimitTimeout", 5, "as upstream's")
	flags.BoolVar(&s.quotaDeny, "quotaRateLimitFailureModeDeny", false, "as upstream's")
	flags.Bool("enableLeaderElection", false, "passed over")
	flags.StringVar(&s.EnvoyGatewayNamespace, "envoyGatewayNamespace", "envoy-gateway-system", "as upstream's")
	flags.StringVar(&s.ExtProcImage, "extProcImage", "docker.io/envoyproxy/ai-gateway-extproc:latest", "as upstream's")
	flags.StringVar(&s.pullPolicy, "extProcImagePullPolicy", "IfNotPresent", "as upstream's")
	flags.StringVar(&s.ExtProcLogLevel, "extProcLogLevel", "info", "as upstream's")
	flags.BoolVar(&s.ExtProcEnableRedaction, "extProcEnableRedaction", false, "as upstream's")
	flags.StringVar(&s.ExtProcExtraEnvVars, "extProcExtraEnvVars", "", "as upstream's")
	flags.StringVar(&s.ExtProcImagePullSecrets, "extProcImagePullSecrets", "", "as upstream's")
	flags.IntVar(&s.ExtProcMaxRecvMsgSize, "extProcMaxRecvMsgSize", 512<<20, "as upstream's")
	flags.StringVar(&s.EndpointPrefixes, "endpointPrefixes", "", "as upstream's")
	flags.StringVar(&s.RootPrefix, "rootPrefix", "/", "as upstream's")
	flags.StringVar(&s.MCPSessionEncryptionSeed, "mcpSessionEncryptionSeed", "default-insecure-seed", "as upstream's")
	flags.IntVar(&s.MCPSessionEncryptionIterations, "mcpSessionEncryptionIterations", 100_000, "as upstream's")
	flags.StringVar(&s.MCPFallbackSessionEncryptionSeed, "mcpFallbackSessionEncryptionSeed", "", "as upstream's")
	flags.IntVar(&s.MCPFallbackSessionEncryptionIterations, "mcpFallbackSessionEncryptionIterations", 100_000, "as upstream's")
	optional("requestHeaderAttributes", &s.RequestHeaderAttributes)
	optional("spanRequestHeaderAttributes", &s.TracingRequestHeaderAttributes)
	optional("metricsRequestHeaderAttributes", &s.MetricsRequestHeaderAttributes)
	optional("logRequestHeaderAttributes", &s.LogRequestHeaderAttributes)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	s.ExtProcImagePullPolicy = corev1.PullPolicy(s.pullPolicy)
	s.UDSPath = extProcSocket
	return s, nil
}

func main() {
	if err := run(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run does what upstream's cmd/controller does.
func run(ctx context.Context) error {
	s, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	var level zapcore.Level
	if err := level.UnmarshalText([]byte(s.logLevel)); err != nil {
		return err
	}
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&zap.Options{Development: true, Level: level})))
	access, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(access, ctrl.Options{
		Cache:      watching(s.namespaces),
		Controller: config.Controller{CacheSyncTimeout: s.cacheSyncTimeout},
		Scheme:     controller.Scheme,
		Metrics:    metricsserver.Options{BindAddress: "0"},
		WebhookServer: webhook.NewServer(webhook.Options{
			Host: "127.0.0.1", Port: s.webhookPort, CertDir: s.certificates, CertName: s.certificate, KeyName: s.key,
		}),
	})
	if err != nil {
		return err
	}
	direct, err := client.New(access, client.Options{Scheme: controller.Scheme})
	if err != nil {
		return err
	}
	if err := writeAuthority(ctx, direct, filepath.Join(s.certificates, s.authority)); err != nil {
		return err
	}
	extension, err := extensionserver.New(mgr.GetClient(), ctrl.Log, extProcSocket, false, s.RequestHeaderAttributes,
		s.LogRequestHeaderAttributes, s.quotaService, s.quotaTimeout, s.quotaDeny)
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(s.largestMessage))
	egextension.RegisterEnvoyGatewayExtensionServer(server, extension)
	grpc_health_v1.RegisterHealthServer(server, extension)
	go func() {
		<-ctx.Done()
		server.GracefulStop()
	}()
	go func() {
		if err := server.Serve(listener); err != nil {
			ctrl.Log.Error(err, "the extension server has ended")
		}
	}()
	return controller.StartControllers(ctx, mgr, access, ctrl.Log.WithName("controller"), &s.Options)
}

func watching(namespaces string) cache.Options {
	options := cache.Options{DefaultTransform: cache.TransformStripManagedFields()}
	for _, name := range strings.Split(namespaces, ",") {
		if name = strings.TrimSpace(name); name != "" {
			if options.DefaultNamespaces == nil {
				options.DefaultNamespaces = map[string]cache.Config{}
			}
			options.DefaultNamespaces[name] = cache.Config{}
		}
	}
	return options
}

// writeAuthority puts the authority of the webhook's certificate into the webhook's configuration.
func writeAuthority(ctx context.Context, cli client.Client, file string) error {
	name := fmt.Sprintf("%s.%s", webhookName, os.Getenv("POD_NAMESPACE"))
	found := &admissionregistrationv1.MutatingWebhookConfiguration{}
	if err := cli.Get(ctx, client.ObjectKey{Name: name}, found); err != nil {
		return fmt.Errorf("webhook configuration %s: %w", name, err)
	}
	authority, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	changed := false
	for i := range found.Webhooks {
		if !bytes.Equal(found.Webhooks[i].ClientConfig.CABundle, authority) {
			found.Webhooks[i].ClientConfig.CABundle = authority
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return cli.Update(ctx, found)
}
