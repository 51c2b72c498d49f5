// Checks a history with Porcupine, for comparison: reads requests from standard input, a line each
// ("<model> <milliseconds> <capacity> <interval> <file>"), and answers each with a line: the verdict
// and the nanoseconds that CheckEvents took. Files hold an event a line, in the form that the
// benchmark writes them.
package main

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

const missing = -(int64(1) << 60) // nil, as a number

type input struct {
	function string
	key      string
	text     string
	first    int64
	second   int64
}

type output struct {
	text   string
	number int64
	truth  bool
	unseen bool
	silent bool // nothing was said
}

func hashText(text string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(text))
	return hash.Sum64()
}

func byPart(part func(input) string) func([]porcupine.Event) [][]porcupine.Event {
	return func(events []porcupine.Event) [][]porcupine.Event {
		parts := make(map[string][]porcupine.Event)
		of := make(map[int]string)
		for _, event := range events {
			if event.Kind == porcupine.CallEvent {
				of[event.Id] = part(event.Value.(input))
			}
			parts[of[event.Id]] = append(parts[of[event.Id]], event)
		}
		var all [][]porcupine.Event
		for _, events := range parts {
			all = append(all, events)
		}
		return all
	}
}

func key(in input) string { return in.key }

func number(text string) int64 {
	if text == "nil" || text == "true" || text == "false" || text == "?" || text == "" {
		return missing
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return missing // a text
	}
	return value
}

func outputOf(text string) output {
	return output{text, number(text), text == "true", text == "?", text == "nil"}
}

var register = porcupine.Model{
	PartitionEvent: byPart(key),
	Init:           func() interface{} { return missing },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		st, op, result := state.(int64), in.(input), out.(output)
		switch op.function {
		case "read":
			return result.unseen || result.number == st, st
		case "write":
			return true, op.first
		}
		if st == op.first {
			return result.unseen || result.truth, op.second
		}
		return result.unseen || !result.truth, st
	},
	Hash: func(state interface{}) uint64 { return uint64(state.(int64)) },
}

var store = porcupine.Model{
	PartitionEvent: byPart(key),
	Init:           func() interface{} { return "" },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		st, op, result := state.(string), in.(input), out.(output)
		switch op.function {
		case "get":
			return result.unseen || result.text == st, st
		case "put":
			return true, op.text
		}
		return true, st + op.text
	},
	Hash: func(state interface{}) uint64 { return hashText(state.(string)) },
}

var counter = porcupine.Model{
	PartitionEvent: byPart(key),
	Init:           func() interface{} { return int64(0) },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		st, op, result := state.(int64), in.(input), out.(output)
		if op.function == "add" {
			st += op.first
			return result.silent || result.unseen || result.number == st, st
		}
		return result.unseen || result.number == st, st
	},
	Hash: func(state interface{}) uint64 { return uint64(state.(int64)) },
}

// Of one element, as the benchmark's sets are never read as a whole.
var set = porcupine.Model{
	PartitionEvent: byPart(func(in input) string { return in.key + "/" + in.text }),
	Init:           func() interface{} { return false },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		there, op, result := state.(bool), in.(input), out.(output)
		quiet := result.silent || result.unseen
		switch op.function {
		case "contains":
			return quiet || result.truth == there, there
		case "add":
			return quiet || result.truth == !there, true
		}
		return quiet || result.truth == there, false
	},
	Hash: func(state interface{}) uint64 {
		if state.(bool) {
			return 1
		}
		return 0
	},
}

// The state is the values in order, each followed by a comma.
var queue = porcupine.Model{
	PartitionEvent: byPart(key),
	Init:           func() interface{} { return "" },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		st, op, result := state.(string), in.(input), out.(output)
		if op.function == "enqueue" {
			return true, st + op.text + ","
		}
		if st == "" {
			return result.silent || result.unseen, st
		}
		end := strings.IndexByte(st, ',')
		return result.unseen || result.text == st[:end], st[end+1:]
	},
	Hash: func(state interface{}) uint64 { return hashText(state.(string)) },
}

type bucketState struct{ fullAt, latest int64 }

func bucket(capacity, interval int64) porcupine.Model {
	const earliest = -(int64(1) << 61)
	return porcupine.Model{
		PartitionEvent: byPart(key),
		Init:           func() interface{} { return bucketState{earliest, earliest} },
		Step: func(state, in, out interface{}) (bool, interface{}) {
			st, op, result := state.(bucketState), in.(input), out.(output)
			if op.second > st.latest {
				st.latest = op.second
			}
			if st.latest > st.fullAt {
				st.fullAt = st.latest
			}
			missing := st.fullAt - st.latest
			admitted := op.first <= capacity && missing <= (capacity-op.first)*interval
			if admitted {
				st.fullAt += op.first * interval
			}
			return result.unseen || result.truth == admitted, st
		},
		Hash: func(state interface{}) uint64 {
			st := state.(bucketState)
			return uint64(st.fullAt)*31 + uint64(st.latest)
		},
	}
}

func modelNamed(name string, capacity, interval int64) porcupine.Model {
	switch name {
	case "register":
		return register
	case "kv":
		return store
	case "counter":
		return counter
	case "set":
		return set
	case "queue":
		return queue
	case "token-bucket":
		return bucket(capacity, interval)
	}
	panic("no model " + name)
}

// "c <id> <function> <key> <first> <second>" or "r <id> <result>", with tabs between.
func readEvents(name string) []porcupine.Event {
	file, err := os.Open(name)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	var events []porcupine.Event
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<20), 1<<28)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		id := int(number(fields[1]))
		if fields[0] == "c" {
			in := input{fields[2], fields[3], fields[4], number(fields[4]), number(fields[5])}
			events = append(events, porcupine.Event{Kind: porcupine.CallEvent, Value: in, Id: id})
		} else {
			events = append(events, porcupine.Event{Kind: porcupine.ReturnEvent, Value: outputOf(fields[2]), Id: id})
		}
	}
	return events
}

func main() {
	requests := bufio.NewScanner(os.Stdin)
	for requests.Scan() {
		fields := strings.SplitN(requests.Text(), " ", 5)
		events := readEvents(fields[4])
		model := modelNamed(fields[0], number(fields[2]), number(fields[3]))
		budget := time.Duration(number(fields[1])) * time.Millisecond
		begin := time.Now()
		result := porcupine.CheckEventsTimeout(model, events, budget)
		took := time.Since(begin)
		fmt.Printf("%s %d\n", result, took.Nanoseconds())
	}
}
