// The version of KServe before the pinned one: its files alone are read, by the test of the upgrade, and nothing is built from it.
module pulumi-kserve.local/kserve-before

go 1.25.8

require (
	github.com/kserve/kserve v0.19.0 // indirect
)
