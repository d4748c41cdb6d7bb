// The oracle answers what KServe's own code makes of specs, as JSON lines: one request on stdin, one response on stdout with
// the same id. Responses may come in another order. A request that cannot be served is answered with an error and never ends
// the program, which ends with its stdin.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
	kjson "sigs.k8s.io/json"
)

type request struct {
	ID json.RawMessage `json:"id"`
	Op string          `json:"op"`
}

// handlers get the whole request and return the response's fields beside its id.
var handlers = map[string]func(line []byte) (map[string]any, error){
	"merge":          handleMerge,
	"bench":          handleBench,
	"combine":        handleCombine,
	"replace":        handleReplace,
	"render":         handleRender,
	"validate":       handleValidate,
	"validateConfig": handleValidateConfig,
	"default":        handleDefault,
	"types":          handleTypes,
}

func main() {
	// Without this controller-runtime complains on stderr that nobody set a logger.
	ctrl.SetLogger(logr.Discard())
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	reader := bufio.NewReaderSize(in, 1<<20)
	var writing sync.Mutex
	var running sync.WaitGroup
	free := make(chan struct{}, runtime.NumCPU())
	for {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			free <- struct{}{}
			running.Add(1)
			go func() {
				defer func() { <-free; running.Done() }()
				response := append(answer(line), '\n')
				writing.Lock()
				defer writing.Unlock()
				_, _ = out.Write(response)
			}()
		}
		if err != nil {
			running.Wait()
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func answer(line []byte) []byte {
	var req request
	fields, err := map[string]any(nil), json.Unmarshal(line, &req)
	if err == nil {
		fields, err = handle(req.Op, line)
	}
	if fields == nil {
		fields = map[string]any{}
	}
	if err != nil {
		fields["error"] = err.Error()
	}
	if len(req.ID) > 0 {
		fields["id"] = req.ID
	}
	response, err := encode(fields)
	if err != nil {
		response, _ = encode(map[string]any{"id": req.ID, "error": fmt.Sprintf("the response cannot be written as JSON: %v", err)})
	}
	return response
}

func handle(op string, line []byte) (fields map[string]any, err error) {
	handler, ok := handlers[op]
	if !ok {
		return nil, fmt.Errorf("unknown op %q", op)
	}
	defer func() {
		if reason := recover(); reason != nil {
			fields, err = nil, fmt.Errorf("panic: %v", reason)
		}
	}()
	return handler(line)
}

// decode reads an object as the API machinery does: names of fields are case-sensitive, unknown ones are dropped.
func decode(data []byte, into any) error {
	return kjson.UnmarshalCaseSensitivePreserveInts(data, into)
}

// encode writes <, > and & as they are.
func encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(buffer.Bytes(), "\n"), nil
}
