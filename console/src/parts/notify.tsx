import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { asApiError } from '../api/errors.ts';

/** Says that something was done. */
export const notifyDone = (title: string, message?: string): void => {
  notifications.show({ title, message: message ?? '', color: 'green', icon: <IconCheck size={18} /> });
};

/** Says that something was not done, and why. */
export const notifyFailure =
  (title: string) =>
  (thrown: unknown): void => {
    const { message, requestId } = asApiError(thrown);
    notifications.show({
      title,
      message: requestId ? `${message} (request ${requestId})` : message,
      color: 'red',
      icon: <IconAlertTriangle size={18} />,
      autoClose: 10_000,
    });
  };
