package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.runner.RunnerJar.Outcome;
import io.chunkserver.transport.security.TlsConfig;
import io.chunkserver.transport.testkit.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and servers that ask everybody for a certificate, as processes, and what the command line gets from them. */
class TlsIT {

    private static final String INTERVAL = "300ms";
    private static final int LENGTH = 300_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int REFUSED = 13;

    @TempDir
    private Path directory;

    private TlsConfig member;
    private TlsConfig stranger;
    private final List<ServerProcess> processes = new ArrayList<>();
    private String master;

    @BeforeEach
    void start() throws Exception {
        TestAuthority authority = new TestAuthority(directory.resolve("tls"));
        member = authority.memberAt("127.0.0.1");
        stranger = authority.stranger();
        ServerProcess running = ServerProcess.startMaster(
                with(member, "--listen", "127.0.0.1:0", "--replication", "2", "--heartbeat-interval", INTERVAL));
        processes.add(running);
        master = running.address();
        for (String id : List.of("s1", "s2")) {
            processes.add(ServerProcess.start(
                    directory.resolve(id),
                    with(member, "--server-id", id, "--master", master, "--heartbeat-interval", INTERVAL)));
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (ServerProcess process : processes) {
            process.close();
        }
    }

    private static String[] with(TlsConfig tls, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        tls.certificate().ifPresent(file -> all.addAll(List.of("--tls-cert", file.toString())));
        tls.key().ifPresent(file -> all.addAll(List.of("--tls-key", file.toString())));
        tls.authority().ifPresent(file -> all.addAll(List.of("--tls-ca", file.toString())));
        return all.toArray(String[]::new);
    }

    @Test
    void aFileComesBackOverTlsAndStrangersAreSentAway() throws Exception {
        byte[] bytes = new byte[LENGTH];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(directory.resolve("file"), bytes);
        await().atMost(PATIENCE)
                .until(() -> RunnerJar.run(with(member, "put", file.toString(), "/tls/file", "--master", master))
                                .exitCode()
                        == 0);
        Path copy = directory.resolve("copy");
        Outcome got = RunnerJar.run(with(member, "get", "/tls/file", copy.toString(), "--master", master));
        assertThat(got.exitCode()).as(got.err()).isZero();
        assertThat(copy).hasSameBinaryContentAs(file);

        Outcome refused = RunnerJar.run(with(stranger, "status", "--master", master));
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(REFUSED);
        assertThat(refused.err()).contains(master, "TLS");

        Outcome plain = RunnerJar.run("status", "--server", processes.get(1).address());
        assertThat(plain.exitCode()).as(plain.err()).isEqualTo(5);
        assertThat(plain.err()).contains("whether both sides use TLS");
        assertThat(plain.out()).isEmpty();
    }

    @Test
    void whatComesAloneOrIsMissingIsNamedBeforeAnythingStarts() {
        Outcome alone = RunnerJar.run(
                "serve", "--data-dir", directory.resolve("x").toString(), "--tls-cert", member.givenCertificate() + "");
        assertThat(alone.exitCode()).isEqualTo(3);
        assertThat(alone.err()).contains("--tls-cert", "security.tls_key");

        for (String verb : List.of("serve", "master")) {
            Outcome bare = RunnerJar.run(verb, "--tls-ca", member.givenAuthority() + "");
            assertThat(bare.exitCode()).as(verb + ": " + bare.err()).isEqualTo(3);
            assertThat(bare.err()).contains("has to show a TLS certificate", "--tls-cert");
        }
        Outcome checked = RunnerJar.run("serve", "--check", "--tls-ca", member.givenAuthority() + "");
        assertThat(checked.exitCode()).as(checked.err()).isEqualTo(3);

        Outcome missing = RunnerJar.run("status", "--master", master, "--tls-ca", "/nowhere/ca.pem");
        assertThat(missing.exitCode()).isEqualTo(3);
        assertThat(missing.err()).contains("/nowhere/ca.pem");
    }
}
