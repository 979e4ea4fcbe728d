// Swing: widgets with text and a drawn panel. "awt" as argument: the same by AWT alone.
import java.awt.*;
import java.awt.event.*;
import javax.swing.*;

public class Swing {
    static boolean other;

    static void paint(Graphics g, int width, int height) {
        g.setColor(other ? new Color(100, 60, 26) : new Color(26, 60, 100));
        g.fillRect(0, 0, width, height);
        g.setColor(new Color(230, 200, 60));
        g.fillOval(width / 4, height / 4, width / 3, height / 2);
        g.setColor(Color.WHITE);
        g.drawLine(0, 0, width, height);
        g.drawString(other ? "Pressed" : "Not pressed yet", 20, 30);
    }

    static void awt() {
        Frame frame = new Frame("AWT");
        Canvas canvas = new Canvas() {
            public void paint(Graphics g) { Swing.paint(g, getWidth(), getHeight()); }
        };
        canvas.addMouseListener(new MouseAdapter() {
            public void mousePressed(MouseEvent event) { other = !other; canvas.repaint(); }
        });
        frame.addWindowListener(new WindowAdapter() {
            public void windowClosing(WindowEvent event) { System.exit(0); }
        });
        frame.add(canvas);
        frame.setSize(400, 300);
        frame.setVisible(true);
    }

    static void swing() {
        JFrame frame = new JFrame("Swing");
        JPanel panel = new JPanel() {
            protected void paintComponent(Graphics g) { Swing.paint(g, getWidth(), getHeight()); }
        };
        JLabel label = new JLabel("Not pressed yet");
        panel.addMouseListener(new MouseAdapter() {
            public void mousePressed(MouseEvent event) { other = !other; label.setText("Pressed"); panel.repaint(); }
        });
        frame.add(label, BorderLayout.NORTH);
        frame.add(new JProgressBar(0, 10), BorderLayout.SOUTH);
        frame.add(panel);
        frame.setSize(400, 300);
        frame.setDefaultCloseOperation(JFrame.EXIT_ON_CLOSE);
        frame.setVisible(true);
    }

    public static void main(String[] words) {
        EventQueue.invokeLater(words.length > 0 ? Swing::awt : Swing::swing);
    }
}
