package io.chunkserver.runner.status;

import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.transport.protocol.ServerStatus;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A server's status as metrics: the same numbers that the status tells, all of one moment. */
final class StatusMetrics implements MultiCollector {

    private final ServerStatus status;

    StatusMetrics(ServerStatus status) {
        this.status = status;
    }

    @Override
    public MetricSnapshots collect() {
        ServerStatus.Space space = status.space();
        ScrubStatus scrub = status.scrub();
        List<MetricSnapshot> all = new ArrayList<>(List.of(
                info(),
                states(),
                gauge(
                        "uptime_seconds",
                        "How long the server runs",
                        status.uptime().toMillis() / 1e3),
                gauge("chunks", "Chunks that the server has", status.chunks()),
                gauge("tombstones", "Deleted chunks that are remembered", status.tombstones()),
                gauge("space_limit_bytes", "What all chunks together may take", space.limitBytes()),
                gauge("space_used_bytes", "What chunks take on disk", space.usedBytes()),
                gauge("space_reserved_bytes", "What is promised to open transactions", space.reservedBytes()),
                gauge("space_free_bytes", "What the file system would still take", space.freeBytes()),
                gauge("space_available_bytes", "What a new chunk can have at most", space.availableBytes()),
                gauge(
                        "space_drift_bytes",
                        "By how much the books and the disk differ; a defect unless 0",
                        space.driftBytes()),
                gauge("transactions_open", "Transactions that are not over", status.openTransactions()),
                gauge("transactions_in_doubt", "Those of them whose outcome is not known here", status.inDoubt()),
                gauge(
                        "taken_out_copies",
                        "Copies found damaged and taken out of service since the start",
                        status.takenOut()),
                gauge("lost_chunks", "Chunks that should be here and are not", status.lostChunks()),
                gauge("scrub_chunks", "Chunks that the examination under way has looked at", scrub.chunks()),
                gauge("scrub_total_chunks", "Chunks that it will look at", scrub.totalChunks()),
                gauge("scrub_bytes", "Bytes that it has read", scrub.bytes()),
                gauge("scrub_damaged", "Damaged copies that it has found", scrub.damaged())));
        if (!status.masters().isEmpty()) {
            all.add(masters());
        }
        if (!status.directories().isEmpty()) {
            all.addAll(directories());
        }
        return new MetricSnapshots(all);
    }

    private InfoSnapshot info() {
        return InfoSnapshot.builder()
                .name("chunkserver")
                .help("Which server this is")
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "server", status.serverId().value(),
                                "address", status.address().toString(),
                                "version", status.version()))
                        .build())
                .build();
    }

    /** One series for each state, 1 for the one that holds, as is usual for states. */
    private GaugeSnapshot states() {
        GaugeSnapshot.Builder states =
                GaugeSnapshot.builder().name("chunkserver_state").help("1 for the state that the server is in");
        for (ServerState state : ServerState.values()) {
            String word = state.name().toLowerCase(Locale.ROOT);
            states.dataPoint(point(Labels.of("state", word), word.equals(status.state()) ? 1 : 0));
        }
        return states.build();
    }

    private GaugeSnapshot masters() {
        GaugeSnapshot.Builder masters = GaugeSnapshot.builder()
                .name("chunkserver_master_registered")
                .help("1 for a master that the server is registered with");
        status.masters()
                .forEach(master ->
                        masters.dataPoint(point(Labels.of("master", master.address()), master.registered() ? 1 : 0)));
        return masters.build();
    }

    private List<MetricSnapshot> directories() {
        return List.of(
                directories(
                        "directory_ready",
                        "1 for a data directory that takes new chunks",
                        directory -> directory.state().equals("ready") ? 1 : 0),
                directories(
                        "directory_slow",
                        "1 for a data directory whose disk is far slower than those of the others",
                        directory -> directory.slow() ? 1 : 0),
                directories("directory_chunks", "Chunks in a data directory", directory -> (double) directory.chunks()),
                directories("directory_used_bytes", "What its chunks take on disk", directory ->
                        (double) directory.space().usedBytes()),
                directories("directory_free_bytes", "What its file system would still take", directory ->
                        (double) directory.space().freeBytes()));
    }

    private GaugeSnapshot directories(String name, String help, ToDoubleFunction<ServerStatus.Directory> value) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name("chunkserver_" + name).help(help);
        status.directories()
                .forEach(directory -> gauge.dataPoint(
                        point(Labels.of("directory", directory.path()), value.applyAsDouble(directory))));
        return gauge.build();
    }

    private static GaugeSnapshot gauge(String name, String help, Number value) {
        return GaugeSnapshot.builder()
                .name("chunkserver_" + name)
                .help(help)
                .dataPoint(point(Labels.EMPTY, value.doubleValue()))
                .build();
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
