package io.chunkserver.transport.testkit;

import static io.chunkserver.transport.testkit.TransportSubject.assertFails;
import static io.chunkserver.transport.testkit.TransportSubject.block;
import static io.chunkserver.transport.testkit.TransportSubject.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a {@link Transport} promises of listening and connecting; part of {@link TransportContract}. */
interface TransportConnectingContract extends TransportSubject {

    @Test
    default void connectingToNobodyIsUnreachableAndNamesTheAddress() throws Exception {
        ServerAddress address = listener().address();
        listener().close();
        assertFails(
                client().connect(address, TIMEOUT, connection -> atClient()),
                ErrorCode.UNREACHABLE,
                address.toString());
    }

    @Test
    default void aHostThatDoesNotResolveIsUnreachableAndNamed() {
        ServerAddress address = new ServerAddress("no-such-host.invalid", 9);
        assertFails(
                client().connect(address, TIMEOUT, connection -> atClient()),
                ErrorCode.UNREACHABLE,
                address.toString());
    }

    @Test
    default void theChosenPortIsTold() {
        assertThat(listener().address().port()).isNotZero();
        assertThat(listener().address().host()).isEqualTo(freeAddress().host());
    }

    @Test
    default void anAddressInUseCannotBeListenedAt() {
        assertFails(
                client().listen(listener().address(), connection -> atClient()),
                ErrorCode.BAD_CONFIGURATION,
                listener().address().toString());
    }

    @Test
    default void aClosedListenerFreesItsAddressAndKeepsItsConnections() throws Exception {
        Connection connection = connect();
        accepted();
        listener().close();
        listener().close();
        Listener again = get(client().listen(listener().address(), c -> atClient()));
        assertThat(again.address()).isEqualTo(listener().address());
        connection.send(block(1));
        assertThat(atServer().take().requestId()).isEqualTo(1);
    }

    @Test
    default void aReceiverMaySendAsSoonAsItIsMade() throws Exception {
        Listener greeter = get(server().listen(freeAddress(), connection -> {
            connection.send(block(1));
            return atServer();
        }));
        get(client().connect(greeter.address(), TIMEOUT, connection -> {
            connection.send(block(2));
            return atClient();
        }));
        assertThat(atClient().take().requestId()).isEqualTo(1);
        assertThat(atServer().take().requestId()).isEqualTo(2);
    }

    @Test
    default void bothSidesNameTheOther() throws Exception {
        assertThat(connect().remote()).isEqualTo(listener().address());
        assertThat(accepted().remote().host()).isNotEmpty();
    }

    @Test
    default void manyConnectionsWorkSideBySide() throws Exception {
        Listener echo = get(server().listen(freeAddress(), EchoReceiver::new));
        List<RecordingReceiver> answers = new ArrayList<>();
        for (int c = 0; c < 64; c++) {
            RecordingReceiver answer = receiver();
            answers.add(answer);
            Connection connection = get(client().connect(echo.address(), TIMEOUT, made -> answer));
            for (int i = 1; i <= 30; i++) {
                connection.send(Frame.data(i, ByteBuffer.wrap(new byte[] {(byte) c, (byte) i}), c));
            }
        }
        for (int c = 0; c < answers.size(); c++) {
            for (int i = 1; i <= 30; i++) {
                Received frame = answers.get(c).take();
                assertThat(frame.bodyCrc32c()).isEqualTo(c);
                assertThat(frame.body().array()).containsExactly(c, i);
            }
        }
    }

    /** Sends every frame back and releases it when it is sent. */
    record EchoReceiver(Connection connection) implements FrameReceiver {

        @Override
        public void receive(Frame frame) {
            connection
                    .send(frame)
                    .whenComplete((sent, thrown) -> frame.release().run());
        }

        @Override
        public void closed(Throwable cause) {}
    }
}
