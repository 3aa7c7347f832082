package io.chunkserver.runner.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.ServerStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {

    private static final ServerAddress LISTEN = new ServerAddress("127.0.0.1", 0);

    /** Text as a person reads it and JSON, both of which must arrive as they are. */
    private static final StatusWords WORDS = new StatusWords() {

        @Override
        public String text(ServerStatus status) {
            return "reason: " + status.reason();
        }

        @Override
        public String json(ServerStatus status) {
            return "{\"state\":\"" + status.state() + "\"}";
        }
    };

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final Metrics metrics = new Metrics();
    private volatile String state = "ready";
    private volatile String reason = "";
    private AdminServer admin;

    @BeforeEach
    void start() throws IOException {
        admin = AdminServer.bind(LISTEN);
        admin.serve(this::status, WORDS, metrics);
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    private ServerStatus status() {
        if (state.isEmpty()) {
            throw new IllegalStateException("planted");
        }
        return new ServerStatus(
                new ServerId("one"),
                new UUID(0, 1),
                new ServerAddress("h", 7000),
                new Location(1, 2),
                state,
                reason,
                "1.0",
                11,
                12,
                new ServerStatus.Space(1000, 200, 30, 5000, 770, "normal", 0),
                3,
                1,
                Duration.ofSeconds(90),
                64,
                Durability.SYNC,
                List.of(),
                List.of(new MasterConnection("m:1", true, ""), new MasterConnection("m:2", false, "gone")),
                4,
                5,
                new ScrubStatus(false, 6, 7, 8, 9, 10, 0, 0, Optional.empty(), Optional.empty(), Optional.empty()),
                List.of(
                        new ServerStatus.Directory(
                                new UUID(0, 2),
                                "/d1",
                                "ready",
                                "",
                                8,
                                0,
                                0,
                                true,
                                new ServerStatus.Space(1000, 150, 0, 4000, 770, "normal", 0)),
                        new ServerStatus.Directory(
                                new UUID(0, 3),
                                "/d2",
                                "read_only",
                                "its disk has failed",
                                3,
                                0,
                                0,
                                false,
                                new ServerStatus.Space(1000, 50, 0, 1000, 770, "normal", 0))));
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + admin.address() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path);
    }

    @Test
    void aServerThatTakesChunksIsReady() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").body()).isEqualTo("ready\n");
    }

    @Test
    void oneThatTakesNoneIsAliveAndSaysWhyItIsNotReady() throws Exception {
        state = "read_only";
        reason = "disk full";
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).isEqualTo("read_only: disk full\n");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void theStatusIsThatOfTheCommandLine() throws Exception {
        HttpResponse<String> answer = get("/v1/status");
        assertThat(answer.body()).isEqualTo("{\"state\":\"ready\"}\n");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void thePageSaysTheSameAndNobodyCanWriteIntoIt() throws Exception {
        reason = "<script>\"&'";
        HttpResponse<String> answer = get("/");
        assertThat(answer.body())
                .contains("chunk server one", "max=\"1000\" value=\"230\"", "reason: &lt;script&gt;&quot;&amp;&#39;")
                .doesNotContain("<script");
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(answer.headers().firstValue("content-security-policy").orElseThrow())
                .startsWith("default-src 'none'");
    }

    @Test
    void metricsTellTheStatusAndWhatWasCounted() throws Exception {
        Request read = new Request.ListChunks("", null, 1, Duration.ofSeconds(1));
        metrics.connected();
        metrics.connected();
        metrics.disconnected();
        metrics.answered(read, null, Duration.ofMillis(20));
        metrics.answered(read, ErrorCode.OVERLOADED, Duration.ofMillis(1));
        metrics.received(100);
        metrics.sent(70);
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body().lines())
                .contains(
                        "chunkserver_info{address=\"h:7000\",server=\"one\",version=\"1.0\"} 1",
                        "chunkserver_state{state=\"ready\"} 1.0",
                        "chunkserver_state{state=\"read_only\"} 0.0",
                        "chunkserver_space_limit_bytes 1000.0",
                        "chunkserver_space_used_bytes 200.0",
                        "chunkserver_space_reserved_bytes 30.0",
                        "chunkserver_space_free_bytes 5000.0",
                        "chunkserver_space_available_bytes 770.0",
                        "chunkserver_space_drift_bytes 0.0",
                        "chunkserver_chunks 11.0",
                        "chunkserver_tombstones 12.0",
                        "chunkserver_transactions_open 3.0",
                        "chunkserver_transactions_in_doubt 1.0",
                        "chunkserver_taken_out_copies 4.0",
                        "chunkserver_lost_chunks 5.0",
                        "chunkserver_uptime_seconds 90.0",
                        "chunkserver_master_registered{master=\"m:1\"} 1.0",
                        "chunkserver_master_registered{master=\"m:2\"} 0.0",
                        "chunkserver_directory_ready{directory=\"/d1\"} 1.0",
                        "chunkserver_directory_ready{directory=\"/d2\"} 0.0",
                        "chunkserver_directory_slow{directory=\"/d1\"} 1.0",
                        "chunkserver_directory_slow{directory=\"/d2\"} 0.0",
                        "chunkserver_directory_chunks{directory=\"/d2\"} 3.0",
                        "chunkserver_directory_used_bytes{directory=\"/d1\"} 150.0",
                        "chunkserver_directory_free_bytes{directory=\"/d1\"} 4000.0",
                        "chunkserver_connections 1.0",
                        "chunkserver_received_bytes_total 100.0",
                        "chunkserver_sent_bytes_total 70.0",
                        "chunkserver_request_seconds_bucket{operation=\"list_chunks\",outcome=\"ok\",le=\"0.01\"} 0",
                        "chunkserver_request_seconds_bucket{operation=\"list_chunks\",outcome=\"ok\",le=\"0.025\"} 1",
                        "chunkserver_request_seconds_count{operation=\"list_chunks\",outcome=\"overloaded\"} 1")
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\"}"));
        assertThat(get("/metrics").body()).as("asked again").contains("jvm_memory_used_bytes");
    }

    /** What a scraper relies on: each name is explained once, and every line is one of three forms. */
    @Test
    void metricsAreWellFormed() throws Exception {
        List<String> lines = get("/metrics").body().lines().toList();
        List<String> explained = lines.stream()
                .filter(line -> line.startsWith("# HELP"))
                .map(line -> line.split(" ")[2])
                .toList();
        assertThat(explained).isNotEmpty().doesNotHaveDuplicates();
        assertThat(lines)
                .allMatch(
                        line -> line.matches("# (HELP|TYPE) .*|[a-z][a-z0-9_]*(\\{.*})? -?[0-9.E-]+|.* (NaN|[+-]Inf)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livezz", "/v1", "/v1/status/", "/../etc/passwd", "/%2e%2e/x"})
    void whatIsNotThereIsNotFoundAndTheAnswerNamesWhatIs(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
        assertThat(get(path).body()).contains("/livez, /metrics, /readyz, /v1/status");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE"})
    void nothingCanBeChangedHere(String method) throws Exception {
        HttpResponse<String> answer = send(method, "/v1/status");
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).hasValue("GET, HEAD");
    }

    @Test
    void headGivesTheLengthAlone() throws Exception {
        HttpResponse<String> answer = send("HEAD", "/livez");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-length")).hasValue("6");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aDefectIsAnswered() throws Exception {
        state = "";
        assertThat(get("/readyz").statusCode()).isEqualTo(500);
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        state = "ready";
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    /** A page of the web whose name resolves to this machine has the browser send that name. */
    @ParameterizedTest
    @CsvSource({
        "evil.example,421",
        "evil.example:80,421",
        "localhost,200",
        "LOCALHOST:1,200",
        "127.0.0.1,200",
        "[::1]:9,200"
    })
    void onlyWhoeverCallsThisMachineByItsOwnNameIsAnswered(String host, int code) throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), admin.address().port())) {
            socket.getOutputStream()
                    .write(("GET /livez HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 " + code + " ");
        }
    }

    /** More than there are threads begin a request and do not go on. */
    @Test
    void whoeverAsksSlowlyIsCutOffAndTheOthersAreAnswered() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), admin.address().port());
                slow.add(socket);
                socket.getOutputStream().write("GET /livez HTT".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(get("/livez").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void aPortThatIsTakenIsABadConfiguration() throws Exception {
        try (ServerSocket squatter = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerAddress taken = new ServerAddress("127.0.0.1", squatter.getLocalPort());
            assertThatThrownBy(() -> AdminServer.bind(taken))
                    .isInstanceOfSatisfying(
                            ChunkServerException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION))
                    .hasMessageContaining(taken.toString())
                    .hasMessageContaining("--admin-listen");
        }
    }
}
