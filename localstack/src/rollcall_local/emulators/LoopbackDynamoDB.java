// Starts the user's DynamoDB Local in memory, on 127.0.0.1 only: it has no option for its address.
// Java runs this file as it is: java -cp 'DynamoDBLocal.jar:DynamoDBLocal_lib/*' LoopbackDynamoDB.java PORT

import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.lang.reflect.Field;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

public class LoopbackDynamoDB {
    public static void main(String[] arguments) throws Exception {
        // Its own main also sets up telemetry. This does not.
        DynamoDBProxyServer dynamodb =
            ServerRunner.createServerFromCommandLineArgs(new String[] {"-inMemory", "-port", arguments[0]});
        Field field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        for (Connector connector : ((Server) field.get(dynamodb)).getConnectors()) {
            ((ServerConnector) connector).setHost("127.0.0.1");
        }
        dynamodb.safeStart();
        dynamodb.join();
    }
}
