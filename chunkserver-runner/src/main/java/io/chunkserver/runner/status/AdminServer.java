package io.chunkserver.runner.status;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ServerStatus;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's state over HTTP, to look at and not to change: {@code /livez}, {@code /readyz}, {@code /metrics}, {@code /v1/status} and a
 * page for a browser.
 *
 * <p>Nobody is asked who he is, so it belongs on loopback or a network of operators. On loopback a browser is answered only where it
 * calls this machine by its own name.
 *
 * <p><b>Limits.</b> {@value #THREADS} requests at the same time and {@value #MAX_WAITING} that wait, {@value #MAX_CONNECTIONS}
 * connections; who takes longer than {@value #MAX_SECONDS} s to ask or to take the answer is cut off. The server's own threads and
 * disks have no part in it.
 */
public final class AdminServer implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private static final int THREADS = 4;
    private static final int MAX_WAITING = 64;
    private static final int MAX_CONNECTIONS = 128;
    private static final int MAX_SECONDS = 5;
    private static final int IDLE_SECONDS = 30;

    private static final Set<String> METHODS = Set.of("GET", "HEAD");
    /** In a request for this machine itself: an address, or the name that no resolver may give to others (RFC 6761). */
    private static final Pattern OWN_NAME =
            Pattern.compile("(localhost|[0-9.]+|\\[[0-9a-f:.]+])(:[0-9]+)?", Pattern.CASE_INSENSITIVE);

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String HTML = "text/html; charset=utf-8";

    static {
        // The JDK's server reads these once, when its first one is made; what is set on the command line stays.
        setUnlessGiven("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
        setUnlessGiven("sun.net.httpserver.maxReqTime", MAX_SECONDS);
        setUnlessGiven("sun.net.httpserver.maxRspTime", MAX_SECONDS);
    }

    private final HttpServer http;
    private final ExecutorService threads;
    private final ServerAddress address;

    private AdminServer(HttpServer http, ExecutorService threads, ServerAddress address) {
        this.http = http;
        this.threads = threads;
        this.address = address;
    }

    private static void setUnlessGiven(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, String.valueOf(value));
        }
    }

    /**
     * Takes the address; whoever connects waits until {@link #serve}. So a port that is taken is found before there is a server to be told of.
     *
     * @param listen where; port 0 chooses one
     * @throws io.chunkserver.core.error.ChunkServerException with {@code BAD_CONFIGURATION} when nothing can listen there
     */
    public static AdminServer bind(ServerAddress listen) throws IOException {
        HttpServer http;
        try {
            http = HttpServer.create(new InetSocketAddress(listen.host(), listen.port()), 0);
        } catch (IOException | IllegalArgumentException e) {
            throw Failure.of(
                            ErrorCode.BAD_CONFIGURATION,
                            "nothing can listen for HTTP on " + listen + ": " + e.getMessage())
                    .withHint("give --admin-listen an address of this machine with a port that is free, or port 0")
                    .toException(e);
        }
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, "admin-http");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        http.setExecutor(threads);
        ServerAddress address =
                new ServerAddress(listen.host(), http.getAddress().getPort());
        return new AdminServer(http, threads, address);
    }

    /**
     * Answers from now on; once.
     *
     * @param status asked for every page but {@code /livez}; must not wait for a disk
     * @param words  how it is said
     */
    public void serve(Supplier<ServerStatus> status, StatusWords words, Metrics metrics) {
        Map<String, Supplier<Page>> pages = Map.of(
                "/livez", () -> new Page(200, TEXT, "alive\n"),
                "/readyz", () -> readiness(status.get()),
                "/metrics", () -> new Page(200, Metrics.CONTENT_TYPE, metrics.write(status.get())),
                "/v1/status", () -> new Page(200, JSON, words.json(status.get()) + "\n"),
                "/", () -> page(status.get(), words));
        http.createContext("/", exchange -> answer(exchange, pages));
        http.start();
        LOG.info("status and metrics at http://{}/", address);
    }

    /** Where it listens, with the port that was chosen. */
    public ServerAddress address() {
        return address;
    }

    private record Page(int code, String type, String body) {}

    private static Page readiness(ServerStatus known) {
        Readiness readiness = Readiness.of(known);
        return new Page(readiness.ready() ? 200 : 503, TEXT, readiness.answer() + "\n");
    }

    private static Page page(ServerStatus known, StatusWords words) {
        return new Page(200, HTML, StatusPage.of(known, words.text(known)));
    }

    /**
     * Whether the browser was led here by a name of somebody else's: a page of the web can have its own name resolve to this machine, and
     * would read what is answered. Where the server listens to others than itself, any name may be its own.
     */
    private boolean isMisdirected(HttpExchange exchange) {
        String named = exchange.getRequestHeaders().getFirst("Host");
        return named != null
                && exchange.getLocalAddress().getAddress().isLoopbackAddress()
                && !OWN_NAME.matcher(named).matches();
    }

    private void answer(HttpExchange exchange, Map<String, Supplier<Page>> pages) throws IOException {
        try (exchange) {
            send(exchange, answerTo(exchange, pages));
        }
    }

    private Page answerTo(HttpExchange exchange, Map<String, Supplier<Page>> pages) {
        if (!METHODS.contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return new Page(405, TEXT, "only GET and HEAD are answered here\n");
        }
        if (isMisdirected(exchange)) {
            return new Page(421, TEXT, "this is " + address + ", and is not called by another name here\n");
        }
        Supplier<Page> asked = pages.get(exchange.getRequestURI().getPath());
        if (asked == null) {
            return new Page(
                    404,
                    TEXT,
                    "there are: "
                            + String.join(", ", pages.keySet().stream().sorted().toList()) + "\n");
        }
        try {
            return asked.get();
        } catch (RuntimeException e) {
            LOG.error("{} could not be answered", exchange.getRequestURI(), e);
            return new Page(500, TEXT, "this failed; the server's log says more\n");
        }
    }

    private static void send(HttpExchange exchange, Page page) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", page.type());
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(page.code(), -1);
        } else {
            exchange.sendResponseHeaders(page.code(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Ends at once; requests under way are cut off. */
    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
