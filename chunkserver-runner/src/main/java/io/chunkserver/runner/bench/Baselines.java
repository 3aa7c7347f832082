package io.chunkserver.runner.bench;

import java.io.Closeable;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Workloads by name, closed together. For one thread. */
public final class Baselines implements Closeable {

    private final Map<String, Workload> workloads = new LinkedHashMap<>();

    /** Adds one, which is closed with the others from now on. */
    public void add(String name, Workload workload) {
        workloads.put(name, workload);
    }

    /** In the order in which they were added. */
    public Map<String, Workload> byName() {
        return Collections.unmodifiableMap(workloads);
    }

    /** Closes all of them, also those after one that fails; throws the first failure, with the others suppressed. */
    @Override
    public void close() throws IOException {
        FirstFailure failure = new FirstFailure();
        workloads.values().forEach(workload -> failure.keep(workload::close));
        failure.throwIfAny();
    }
}
