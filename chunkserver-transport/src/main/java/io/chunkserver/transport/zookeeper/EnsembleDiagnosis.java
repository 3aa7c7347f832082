package io.chunkserver.transport.zookeeper;

import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Collectors;

/** Finds out why an ensemble gives no session, host by host; ZooKeeper's client only says that there is none. */
final class EnsembleDiagnosis {

    private final int timeoutMillis;

    /** @param timeout for all hosts together, names that hang aside */
    EnsembleDiagnosis(Duration timeout) {
        this.timeoutMillis = (int) timeout.toMillis();
    }

    /** One phrase for each host. */
    String of(EnsembleAddress address) {
        int share = Math.max(1, timeoutMillis / address.hosts().size());
        return address.hosts().stream().map(host -> of(host, share)).collect(Collectors.joining("; "));
    }

    private static String of(ServerAddress host, int timeoutMillis) {
        InetAddress resolved;
        try {
            resolved = InetAddress.getByName(host.host());
        } catch (UnknownHostException e) {
            return "host " + host.host() + " does not resolve";
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(resolved, host.port()), timeoutMillis);
            return "at " + host + " something listens that does not answer as a ZooKeeper member with a quorum";
        } catch (SocketTimeoutException e) {
            return host + " does not answer";
        } catch (ConnectException e) {
            return "nothing listens at " + host;
        } catch (IOException e) {
            return host + " cannot be reached: " + e.getMessage();
        }
    }
}
