package io.chunkserver.runner.status;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.ServerStatus;
import io.chunkserver.transport.server.EndpointObserver;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Counts what happens at a server's endpoint, and writes it together with the server's status and the virtual machine's own figures in
 * the text format of Prometheus.
 *
 * <p><b>Threads.</b> Safe for many threads; counting takes no lock.
 *
 * <p><b>Limits.</b> The labels take their values from closed sets, operations and error codes, so that nobody can make this grow.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus exposition formats</a>
 */
public final class Metrics implements EndpointObserver {

    /** What {@link #write} gives. */
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    /** In seconds: from a read that the page cache answers to a chunk that a busy disk takes. */
    private static final double[] BOUNDS = {
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };

    private static final String OK = "ok";

    private static final ClassValue<String> OPERATIONS = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> request) {
            return request.getSimpleName()
                    .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                    .toLowerCase(Locale.ROOT);
        }
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final AtomicBoolean first = new AtomicBoolean(true);
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    private final Histogram requests = Histogram.builder()
            .name("chunkserver_request_seconds")
            .help(
                    "Requests that are over: how long each took, from when it had come until its answer was under way. The outcome is"
                            + " ok or the code of the error")
            .labelNames("operation", "outcome")
            .classicOnly()
            .classicUpperBounds(BOUNDS)
            .register(registry);

    private final Counter received = Counter.builder()
            .name("chunkserver_received_bytes")
            .help("Bytes of chunks that clients and other servers have sent")
            .register(registry);

    private final Counter sent = Counter.builder()
            .name("chunkserver_sent_bytes")
            .help("Bytes of chunks that clients and other servers were sent for what they asked")
            .register(registry);

    private final Gauge connections = Gauge.builder()
            .name("chunkserver_connections")
            .help("Connections that are open")
            .register(registry);

    @Override
    public void connected() {
        connections.inc();
    }

    @Override
    public void disconnected() {
        connections.dec();
    }

    @Override
    public void answered(Request request, @Nullable ErrorCode failure, Duration took) {
        String outcome = failure == null ? OK : failure.name().toLowerCase(Locale.ROOT);
        requests.labelValues(OPERATIONS.get(request.getClass()), outcome).observe(took.toNanos() / 1e9);
    }

    @Override
    public void received(int bytes) {
        received.inc(bytes);
    }

    @Override
    public void sent(int bytes) {
        sent.inc(bytes);
    }

    /** Everything there is to tell now, one metric a line. */
    String write(ServerStatus status) {
        if (first.compareAndSet(true, false)) {
            // Not while the server starts: nobody may ever ask, and these take a while to load.
            JvmMetrics.builder().register(registry);
        }
        PrometheusRegistry ofStatus = new PrometheusRegistry();
        ofStatus.register(new StatusMetrics(status));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            writer.write(text, ofStatus.scrape());
            writer.write(text, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("a ByteArrayOutputStream does not fail", e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
