// Below Envoy AI Gateway's path, so that Go lets main.go import what is internal there.
module github.com/envoyproxy/ai-gateway/pulumi-kserve

go 1.26.4

require github.com/envoyproxy/ai-gateway v1.0.0
