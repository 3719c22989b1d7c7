//go:build tools

// Package tools keeps what the sandbox builds in go.mod and go.sum.
package tools

import _ "go.etcd.io/etcd/server/v3"
